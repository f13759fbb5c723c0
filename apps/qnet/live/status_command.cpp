#include <csignal>
#include <cstdio>
#include <ctime>

#include <fmt/core.h>

#include "control/error.hpp"
#include "control/words.hpp"
#include "live/ask.hpp"
#include "live/commands.hpp"
#include "live/exit_code.hpp"
#include "live/picture.hpp"

namespace qnet::cli {

namespace {

int code_of(const Json& status) {
  return text_in(status, "state") == "connected" ? ExitCode::done : ExitCode::not_connected;
}

Page picture_of(const Json& status) {
  Page page(standard_output(own_environment));
  draw_status(page, status, std::chrono::system_clock::now());
  return page;
}

base::Result<int> once(const Settings& settings) {
  const auto status = ask_status(settings);
  if (!status) return tl::unexpected(status.error());
  fmt::print("{}", settings.json ? shown_json(*status) : picture_of(*status).text());
  return code_of(*status);
}

/// The signals that end watching, or that change the picture, are taken in a wait, and by no handler.
class Waiting {
 public:
  Waiting() {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) ::sigaddset(&signals_, signal);
    ::sigprocmask(SIG_BLOCK, &signals_, &before_);
  }
  ~Waiting() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  enum class Outcome { time, resized, ended };
  [[nodiscard]] Outcome second() const {
    const timespec time{1, 0};
    const int signal = ::sigtimedwait(&signals_, nullptr, &time);
    if (signal <= 0) return Outcome::time;
    return signal == SIGWINCH ? Outcome::resized : Outcome::ended;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

/// Draws each picture in the place of the last (ECMA-48: CUU, EL, ED).
class InPlace {
 public:
  void show(const Page& page) {
    auto lines = page.lines();
    const auto height = page.terminal().height;
    // What has left the screen above cannot be drawn over.
    if (height > 1 && lines.size() >= height) lines.resize(height - 1);
    std::string out = drawn_ > 0 ? fmt::format("\x1b[{}A\r", drawn_) : std::string();
    for (const auto& line : lines) out += line + "\x1b[K\n";
    out += "\x1b[J";
    fmt::print("{}", out);
    std::fflush(stdout);
    drawn_ = lines.size();
  }
  /// Lines that the terminal has folded are not where they were.
  void start_anew() {
    fmt::print("\x1b[2J\x1b[H");
    drawn_ = 0;
  }

 private:
  std::size_t drawn_ = 0;
};

/// QNet may end, and start again, while somebody watches.
Page trouble(const base::Error& error) {
  Page page(standard_output(own_environment));
  page.words({{page.shape("✕ ", "[!] "), Style::bad}}, {{error.message() + "."}});
  page.words({}, {{control::sentence("cli.watching"), Style::dim}});
  return page;
}

base::Result<int> watch(const Settings& settings) {
  const Waiting waiting;
  InPlace place;
  const bool is_terminal = standard_output(own_environment).is_terminal;
  for (bool first = true;; first = false) {
    const auto status = ask_status(settings);
    if (!status && first) return tl::unexpected(status.error());
    if (settings.json) {
      if (status) fmt::print("{}", shown_json(*status));
    } else {
      const auto page = status ? picture_of(*status) : trouble(status.error());
      if (is_terminal)
        place.show(page);
      else
        fmt::print("{}{}", first ? "" : "\n", page.text());
    }
    // The reader of this may be gone.
    if (std::fflush(stdout) != 0) return ExitCode::error;
    const auto outcome = waiting.second();
    if (outcome == Waiting::Outcome::ended) return ExitCode::done;
    if (outcome == Waiting::Outcome::resized && is_terminal && !settings.json) place.start_anew();
  }
}

}  // namespace

base::Result<int> status(const Settings& settings) {
  return settings.watch ? watch(settings) : once(settings);
}

}  // namespace qnet::cli
