#include "foundation/base/utc_time.hpp"

#include <fmt/chrono.h>

namespace qnet::base {

namespace {

using std::chrono::system_clock;

std::tm utc(system_clock::time_point time) { return fmt::gmtime(system_clock::to_time_t(time)); }

}  // namespace

std::string utc_text(system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc(time));
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
