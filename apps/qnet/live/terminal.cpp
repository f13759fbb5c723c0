#include "live/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace qnet::cli {

namespace {

/// Below this nothing can be laid out; longer lines are hard to read.
constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 120;
constexpr std::size_t kUsual = 80;

std::string value_of(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

/// The first of these that says something decides (setlocale(3)).
bool is_utf8(const Environment& environment) {
  for (const auto* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = value_of(environment, name);
    if (value.empty()) continue;
    std::ranges::transform(value, value.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Terminal terminal_like(bool is_terminal, std::size_t width, std::size_t height,
                       const Environment& environment) {
  if (!is_terminal) return {};
  Terminal terminal;
  terminal.is_terminal = true;
  terminal.colour = value_of(environment, "NO_COLOR").empty() && value_of(environment, "TERM") != "dumb";
  terminal.unicode = is_utf8(environment);
  terminal.width = std::clamp(width == 0 ? kUsual : width, kNarrowest, kWidest);
  terminal.height = height;
  return terminal;
}

Terminal standard_output(const Environment& environment) {
  winsize size{};
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  if (is_terminal) (void)::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return terminal_like(is_terminal, size.ws_col, size.ws_row, environment);
}

std::optional<std::string> own_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace qnet::cli
