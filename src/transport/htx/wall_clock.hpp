// The time that goes into handshakes; protocols are told it, and never ask.
#pragma once

#include "transport/htx/handshake_payload.hpp"

namespace qnet::htx {

[[nodiscard]] inline WallTime wall_clock() {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace qnet::htx
