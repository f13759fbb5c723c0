// A token bucket for bytes, in the form of GCRA (ITU-T I.371): one number says when all that went would have
// gone at the rate. No I/O and no clock.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace qnet::circuit {

/// Safe to use from several threads, which share the rate.
class ByteRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// What was not used in so long may go at once.
  static constexpr std::chrono::milliseconds burst{50};

  /// `per_second` > 0.
  explicit ByteRate(std::uint64_t per_second) : per_second_(per_second) {}

  [[nodiscard]] std::uint64_t per_second() const { return per_second_; }
  /// When the next bytes may go: now, if that is past. Then as many may go as anybody likes, and the next
  /// wait for them: so pieces should be small.
  [[nodiscard]] Time free_at() const {
    return Time(Time::duration(paid_until_.load(std::memory_order_relaxed)));
  }
  /// So many have gone.
  void charge(std::uint64_t bytes, Time now) {
    const auto cost = std::chrono::duration_cast<Time::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(per_second_)));
    const auto earliest = (now - burst).time_since_epoch().count();
    auto was = paid_until_.load(std::memory_order_relaxed);
    while (!paid_until_.compare_exchange_weak(was, std::max(was, earliest) + cost.count(),
                                              std::memory_order_relaxed)) {
    }
  }

 private:
  std::uint64_t per_second_;
  std::atomic<Time::rep> paid_until_{0};
};

}  // namespace qnet::circuit
