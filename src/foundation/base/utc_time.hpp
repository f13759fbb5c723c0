// Moments as text.
#pragma once

#include <chrono>
#include <string>

namespace qnet::base {

/// "2026-11-25T13:22:00Z" (RFC 3339 §5.6), to the second. Any moment: one before 1970 is told as 1970, one
/// after the year 9999 as its end.
[[nodiscard]] std::string utc_text(std::chrono::sys_seconds time);
[[nodiscard]] inline std::string utc_text(std::chrono::system_clock::time_point time) {
  return utc_text(std::chrono::floor<std::chrono::seconds>(time));
}

/// "2026-11-25T13:22:00.123Z".
[[nodiscard]] std::string utc_text_to_millisecond(std::chrono::system_clock::time_point time);

/// "2026-11-25T13:22Z" (ISO 8601: RFC 3339 has no time without seconds).
[[nodiscard]] std::string utc_text_to_minute(std::chrono::system_clock::time_point time);

/// "2026-11-25".
[[nodiscard]] std::string utc_day_text(std::chrono::system_clock::time_point time);

}  // namespace qnet::base
