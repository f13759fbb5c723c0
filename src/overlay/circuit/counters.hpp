// What a relay counts of its circuits. It names nobody.
#pragma once

#include <atomic>
#include <cstdint>

namespace qnet::circuit {

struct Counters {
  std::atomic<std::uint64_t> created{0};   ///< first messages that were for us
  std::atomic<std::uint64_t> refused{0};   ///< that were not, or came again, or at another time
  std::atomic<std::uint64_t> extended{0};  ///< to a next hop, as guard or middle
  std::atomic<std::uint64_t> unreachable{0};
  std::atomic<std::uint64_t> relayed{0};  ///< bytes that guards and middles have passed on, either way
  std::atomic<std::int64_t> open{0};
};

}  // namespace qnet::circuit
