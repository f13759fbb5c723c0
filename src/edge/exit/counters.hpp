// What an exit counts, for /metrics. Numbers only: nothing here tells who came or where they went.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "edge/exit/error.hpp"
#include "edge/exit/refusal.hpp"

namespace qnet::exit {

struct Counters {
  std::atomic<std::uint64_t> connected{0};
  std::array<std::atomic<std::uint64_t>, kRefusals> refused{};  ///< by Refusal
  std::array<std::atomic<std::uint64_t>, kErrors + 1>
      failed{};  ///< by Errc, without not_allowed and cancelled

  [[nodiscard]] std::uint64_t refused_by(Refusal reason) const {
    return refused.at(static_cast<std::size_t>(reason));
  }
  [[nodiscard]] std::uint64_t failed_by(Errc code) const { return failed.at(static_cast<std::size_t>(code)); }
  [[nodiscard]] std::uint64_t refused_in_all() const { return sum(refused); }
  [[nodiscard]] std::uint64_t failed_in_all() const { return sum(failed); }

 private:
  template <std::size_t N>
  static std::uint64_t sum(const std::array<std::atomic<std::uint64_t>, N>& values) {
    std::uint64_t total = 0;
    for (const auto& value : values) total += value.load(std::memory_order_relaxed);
    return total;
  }
};

}  // namespace qnet::exit
