// How many pages a client loads at once where ordinary web servers have answered it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace qnet::mirror {

/// Each visit holds a connection and up to PageLimits::page in flight for a quarter of an hour. A client that
/// was led astray at many addresses must not hold hundreds. Copies count together. Safe to share between
/// threads.
class VisitPlaces {
 public:
  /// Nobody reads so many pages at once; as many as a browser has connections to one host, and some.
  static constexpr std::size_t most = 8;

  /// Null when all are taken. The place is given back with the last copy, which may outlive this.
  [[nodiscard]] std::shared_ptr<const void> take() const {
    auto taken = taken_->load(std::memory_order_relaxed);
    do {
      if (taken >= most) return nullptr;
    } while (!taken_->compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    return {static_cast<const void*>(taken_.get()),
            [counted = taken_](const void*) { counted->fetch_sub(1, std::memory_order_relaxed); }};
  }

 private:
  std::shared_ptr<std::atomic<std::size_t>> taken_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace qnet::mirror
