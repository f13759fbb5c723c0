#pragma once

#include <chrono>
#include <string>

namespace qnet::base {

/// "2026-11-25T13:22:00Z" (RFC 3339 §5.6), to the second.
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

/// "2026-11-25T13:22:00.123Z".
[[nodiscard]] std::string utc_text_to_millisecond(std::chrono::system_clock::time_point time);

/// "2026-11-25T13:22Z" (ISO 8601: RFC 3339 has no time without seconds).
[[nodiscard]] std::string utc_text_to_minute(std::chrono::system_clock::time_point time);

/// "2026-11-25".
[[nodiscard]] std::string utc_day_text(std::chrono::system_clock::time_point time);

}  // namespace qnet::base
