#include "foundation/base/utc_time.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>

namespace qnet::base {

namespace {

using std::chrono::system_clock;

std::tm utc(system_clock::time_point time) { return fmt::gmtime(system_clock::to_time_t(time)); }

}  // namespace

/// Not by way of the system's clock: that counts nanoseconds, and overflows in the year 2262, while peers
/// name years up to 9999.
std::string utc_text(std::chrono::sys_seconds time) {
  constexpr std::time_t last = 253'402'300'799;
  const auto shown = std::clamp<std::time_t>(time.time_since_epoch().count(), 0, last);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(shown));
}

std::string utc_text_to_millisecond(system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - second);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc(second), rest.count());
}

std::string utc_text_to_minute(system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%MZ}", utc(time));
}

std::string utc_day_text(system_clock::time_point time) { return fmt::format("{:%Y-%m-%d}", utc(time)); }

}  // namespace qnet::base
