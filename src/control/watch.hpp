// Watches a node's status as time goes by: how many bytes each of the last seconds had, and what happened.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "control/status.hpp"

namespace qnet::control {

struct WatchLimits {
  static constexpr std::size_t seconds = 60;     ///< of rates
  static constexpr std::size_t happenings = 50;  ///< the oldest makes room
};

/// What happened between two statuses of one node. Pure.
[[nodiscard]] std::vector<Happening> happened_between(const Status& before, const Status& after,
                                                      std::chrono::system_clock::time_point now);

/// Of one process: its status, and those of the nodes in it.
class Watch {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  /// Once a second, whether or not anybody asks.
  void tick(const Status& status, WallTime now);
  /// Adds what it knows: rates, what happened, and since when the state is as it is. What has changed since
  /// the last call is noted.
  void complete(Status& status, WallTime now);

 private:
  struct Track {
    std::optional<Status> last{};  // without nodes and rows of peers
    std::uint64_t up = 0;          // at the last tick
    std::uint64_t down = 0;
    bool ticked = false;
    std::deque<std::uint64_t> ups{};
    std::deque<std::uint64_t> downs{};
    std::deque<Happening> happened{};  // the newest first
    WallTime state_since{};
  };
  Track& note(const std::string& node, const Status& status, WallTime now);
  static void count(Track& track, const Status& status);
  static void complete(Status& status, const Track& track);

  std::map<std::string, Track> tracks_;  // by node; "" is the process
};

}  // namespace qnet::control
