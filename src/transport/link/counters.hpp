// What listeners count. Numbers only: nothing here tells who came.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace qnet::link {

struct Counters {
  std::atomic<std::uint64_t> accepted{0};  ///< peers whose handshake finished
  std::atomic<std::uint64_t> visitors{0};  ///< connections that got the cover
  std::atomic<std::uint64_t> replayed{0};
  std::atomic<std::uint64_t> clock_skewed{0};
  std::atomic<std::uint64_t> failed{0};  ///< recognised, but the handshake did not finish
  std::atomic<std::int64_t> connections_open{0};
  std::atomic<std::int64_t> links_open{0};
};

/// Counts something for as long as a scope lasts. Shares the counters, because a coroutine that waits when
/// the program stops is destroyed after the listener that started it.
class Gauge {
 public:
  /// One value of any struct of counters.
  template <class Owner>
  Gauge(const std::shared_ptr<Owner>& counters, std::atomic<std::int64_t> Owner::* value)
      : value_(counters, &((*counters).*value)) {
    value_->fetch_add(1, std::memory_order_relaxed);
  }
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;
  ~Gauge() { value_->fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<std::int64_t>> value_;
};

}  // namespace qnet::link
