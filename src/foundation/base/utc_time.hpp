#pragma once

#include <chrono>
#include <string>

namespace qnet::base {

/// "2026-11-25T13:22:00Z" (RFC 3339 §5.6), to the second.
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace qnet::base
