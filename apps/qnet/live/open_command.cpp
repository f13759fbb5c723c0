#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <system_error>
#include <thread>

#include <fmt/core.h>

#include "control/words.hpp"
#include "error.hpp"
#include "foundation/base/durable_file.hpp"
#include "live/ask.hpp"
#include "live/commands.hpp"
#include "live/exit_code.hpp"
#include "live/page.hpp"

namespace qnet::cli {

namespace {

using control::sentence;

constexpr const char* kOpener = "xdg-open";
/// An opener that fails does so at once; one that is a browser itself goes on for hours.
constexpr std::chrono::milliseconds kStep{20};
constexpr int kSteps = 50;

bool has_desktop() {
  for (const auto* const name : {"WAYLAND_DISPLAY", "DISPLAY"})
    if (!own_environment(name).value_or("").empty()) return true;
  return false;
}

/// Everybody on this machine can read the words of a command line. So the browser is given the name of a file
/// that only this user can read, and which leads on to the link.
base::Result<std::filesystem::path> write_redirect(const Settings& settings, const std::string& link) {
  auto file =
      std::filesystem::absolute(settings.state_dir / fmt::format("open-{}.html", settings.status_port));
  const auto text = fmt::format(
      "<!doctype html><meta charset=\"utf-8\"><title>QNet</title><meta name=\"referrer\" "
      "content=\"no-referrer\"><meta http-equiv=\"refresh\" content=\"0;url={0}\"><a href=\"{0}\">QNet</a>\n",
      link);
  const int failed = base::write_file_durably(file, base::bytes_of(text), base::Existing::replace);
  if (failed == 0) return file;
  return base::fail(Errc::refused, fmt::format("{} cannot be written ({})", file.string(),
                                               std::generic_category().message(failed)));
}

/// Whether it runs, or has done what it was asked for.
bool start_opener(const std::string& file) {
  std::array<std::string, 2> words{kOpener, file};
  std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t files{};
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);  // a browser outlives this terminal
  ::posix_spawn_file_actions_init(&files);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, kOpener, &files, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) return false;
  int ended = 0;
  for (int step = 0; step < kSteps; ++step) {
    if (::waitpid(child, &ended, WNOHANG) == child) return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
    std::this_thread::sleep_for(kStep);
  }
  return true;
}

}  // namespace

base::Result<int> open_page(const Settings& settings) {
  const auto token = ask_token(settings);
  if (!token) return tl::unexpected(token.error());
  const auto link = fmt::format("http://{}:{}/#key={}", kLoopback, settings.status_port, *token);
  if (settings.json) {
    fmt::print("{}", shown_json(boost::json::object{{"link", link}}));
    return ExitCode::done;
  }
  Page page(standard_output(own_environment));
  page.words({}, {{sentence("cli.open.secret"), Style::middling}});
  fmt::print("{}\n{}", link, page.text());
  if (settings.print) return ExitCode::done;
  if (!has_desktop()) {
    fmt::print("{}\n", sentence("cli.open.no_desktop"));
    return ExitCode::done;
  }
  std::fflush(stdout);
  const auto file = write_redirect(settings, link);
  if (!file) return tl::unexpected(file.error());
  fmt::print("{}\n", sentence(start_opener(file->string()) ? "cli.open.opened" : "cli.open.failed"));
  return ExitCode::done;
}

}  // namespace qnet::cli
