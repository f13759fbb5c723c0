#include <sys/timex.h>

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "control/units.hpp"
#include "doctor/checks.hpp"
#include "foundation/base/utc_time.hpp"

namespace qnet::cli {

namespace {

using namespace std::chrono_literals;

/// Whatever takes a while to come here is not the clock's fault.
constexpr auto kUnnoticed = 60s;
/// Relays answer as a web site would beyond ten minutes (docs/spec/htx.md).
constexpr auto kNearTheLimit = 8min;

std::optional<std::chrono::sys_seconds> newest_file(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::optional<std::chrono::sys_seconds> newest;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unreadable;
    const auto time = fs::last_write_time(entry->path(), unreadable);
    if (unreadable) continue;
    const auto at = std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
    newest = newest ? std::max(*newest, at) : at;
  }
  return newest;
}

Finding off(Level level, std::string code, std::chrono::seconds by) {
  return {"clock", level, std::move(code), {{"by", control::duration_text(std::chrono::abs(by))}}};
}

}  // namespace

ClockFacts clock_facts(const Facts& facts) {
  ClockFacts known{std::chrono::system_clock::now()};
  known.taken = facts.runs() && facts.is_client() && text_in(*facts.status, "state") == "connected";
  if (facts.runs())
    if (const auto* const network = object_in(*facts.status, "network"))
      known.signed_at = time_of(text_in(*network, "as_of"));
  if (!facts.settings.state_dir.empty()) known.newest_file = newest_file(facts.settings.state_dir);
  timex state{};
  known.kept_right =
      ::adjtimex(&state) != TIME_ERROR && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
  return known;
}

Finding check_clock(const ClockFacts& facts) {
  if (facts.behind_peer) {
    const auto by = *facts.behind_peer;
    if (std::chrono::abs(by) <= kUnnoticed) return {"clock", Level::ok, "clock_right", {}};
    const auto level = std::chrono::abs(by) < kNearTheLimit ? Level::warning : Level::problem;
    return off(level, by > 0s ? "clock_behind" : "clock_ahead", by);
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(facts.now);
  if (facts.signed_at && *facts.signed_at > now + kUnnoticed)
    return off(Level::problem, "clock_behind_list", *facts.signed_at - now);
  if (facts.newest_file && *facts.newest_file > now + kUnnoticed)
    return off(Level::warning, "clock_went_back", *facts.newest_file - now);
  if (facts.taken) return {"clock", Level::ok, "clock_taken", {}};
  if (facts.kept_right) return {"clock", Level::ok, "clock_kept_right", {}};
  return {"clock",
          Level::warning,
          "clock_unknown",
          {{"time", fmt::format("{:%F %H:%M} UTC", fmt::gmtime(facts.now))}}};
}

}  // namespace qnet::cli
