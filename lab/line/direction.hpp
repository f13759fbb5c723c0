// One direction of the line: packets go in, and come out later, or not at all. Does no I/O and has no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "line/losses.hpp"
#include "line/settings.hpp"

namespace qnet::line {

using TimePoint = std::chrono::steady_clock::time_point;
using Packet = std::vector<std::uint8_t>;

struct Counts {
  std::uint64_t taken = 0;    ///< packets that came
  std::uint64_t given = 0;    ///< packets that arrived
  std::uint64_t lost = 0;     ///< by the share of loss
  std::uint64_t dropped = 0;  ///< because the queue was full
  std::uint64_t given_bytes = 0;
  Duration longest_queue{0};  ///< the longest that a packet waited for the rate
};

class Direction {
 public:
  /// What the line holds at most where no rate bounds it, so that memory stays bounded.
  static constexpr std::size_t most_held = 256 * 1024 * 1024;

  Direction(const Settings& settings, std::uint64_t seed);

  /// A packet enters at `now`, which never goes back.
  void take(TimePoint now, Packet packet);
  /// The next packet that has arrived by `now`, when there is one.
  [[nodiscard]] std::optional<Packet> give(TimePoint now);
  /// When the next packet arrives; nothing while none is on its way.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct OnItsWay {
    TimePoint arrives;
    std::uint64_t number;  // packets of one moment arrive in order
    Packet packet;
  };

  [[nodiscard]] bool has_room(Duration waiting, std::size_t bytes) const;
  [[nodiscard]] TimePoint arrival(TimePoint sent);
  static bool later(const OnItsWay& a, const OnItsWay& b);

  Settings settings_;
  Losses losses_;
  std::mt19937_64 jitter_;
  TimePoint free_at_{};  // when the last byte of the queue has been sent
  TimePoint last_arrival_{};
  std::vector<OnItsWay> heap_;  // the first to arrive in front
  std::size_t held_ = 0;        // bytes in the heap
  Counts counts_;
};

}  // namespace qnet::line
