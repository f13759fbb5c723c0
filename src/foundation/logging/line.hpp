// A line of the log, and the forms that it can have. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace qnet::logging {

enum class Level { trace, debug, info, warning, error };

/// "warning", as `--log-level` has it.
[[nodiscard]] std::string_view to_text(Level level);
[[nodiscard]] std::optional<Level> level_named(std::string_view text);

struct Line {
  std::chrono::system_clock::time_point time{};
  Level level = Level::info;
  std::string message{};  ///< one line of UTF-8 (clean())
};

/// A message that is one line of UTF-8 whatever it was: control characters become spaces, and bytes of what
/// is no UTF-8 become question marks.
[[nodiscard]] std::string clean(std::string_view message);

/// {"time":"2026-11-28T15:00:45.007Z","level":"info","message":"…"}, without a line's end.
[[nodiscard]] std::string to_json(const Line& line);

/// "<4>": how the journal is told a line's level (sd-daemon(3)).
[[nodiscard]] std::string_view journal_prefix(Level level);

}  // namespace qnet::logging
