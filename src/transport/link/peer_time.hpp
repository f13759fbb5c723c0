// The clock of a peer, as a handshake tells it.
#pragma once

#include <chrono>

namespace qnet::link {

/// What a peer says that its clock shows, and when it said so. Nobody vouches for it.
struct PeerTime {
  std::chrono::sys_seconds time{};
  std::chrono::steady_clock::time_point at{};  ///< by ours
};

}  // namespace qnet::link
