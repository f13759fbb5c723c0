#include "node/service_part.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/advice.hpp"
#include "control/words.hpp"

namespace qnet::node {

namespace {

// For the sentence of `systemctl status`, where nobody asks for a watchdog.
constexpr std::chrono::seconds kStatusPause{5};

/// systemd compares it with its own clock, to tell a reload from the one before.
std::string now_in_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000);
}

class ServicePart final : public Part {
 public:
  ServicePart(Process& process, ServiceConfig config, std::function<control::Status()> source,
              std::function<void(control::Controls&)> offer)
      : config_(std::move(config)),
        source_(std::move(source)),
        offer_(std::move(offer)),
        timer_(process.pool().first()),
        hangup_(process.pool().first()),
        had_terminal_(::isatty(STDIN_FILENO) != 0) {}

  [[nodiscard]] std::string_view name() const override { return "service"; }

  base::Result<void> start() override {
    if (config_.reread) {
      hangup_.add(SIGHUP);
      wait_for_hangup();
    }
    return {};
  }

  /// By the timer, so that it is told by a loop that turns.
  void join() override {
    if (!config_.manager) return;
    timer_.expires_after(std::chrono::seconds(0));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      config_.manager->tell("READY=1\n" + status_line());
      tell_again();
    });
  }

  void stop(const Farewell& /*farewell*/) override {
    stopped_ = true;
    timer_.cancel();
    hangup_.cancel();
    if (config_.manager) config_.manager->tell("STOPPING=1\nSTATUS=saying goodbye");
  }

 private:
  [[nodiscard]] std::string status_line() const {
    auto text =
        control::sentence("advice." + control::advise(source_()).code, control::advise(source_()).words);
    std::ranges::replace(text, '\n', ' ');
    return "STATUS=" + text;
  }

  void tell_again() {
    const auto pause = config_.manager->watchdog().value_or(kStatusPause);
    timer_.expires_after(pause);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || stopped_) return;
      config_.manager->tell((config_.manager->watchdog() ? "WATCHDOG=1\n" : "") + status_line());
      tell_again();
    });
  }

  void wait_for_hangup() {
    hangup_.async_wait([this](const boost::system::error_code& error, int) {
      if (error || stopped_) return;
      // Its terminal is gone, not its options.
      if (had_terminal_ && ::isatty(STDIN_FILENO) == 0) {
        (void)std::raise(SIGTERM);
        return;
      }
      if (config_.manager) config_.manager->tell("RELOADING=1\nMONOTONIC_USEC=" + now_in_microseconds());
      reload();
      if (config_.manager) config_.manager->tell("READY=1\n" + status_line());
      wait_for_hangup();
    });
  }

  void reload() {
    auto changed = config_.reread();
    if (!changed) {
      spdlog::error("the options are as they were, for what was read cannot be used: {}",
                    changed.error().message());
      return;
    }
    control::Controls controls;
    offer_(controls);
    const auto apply = [](std::string_view what, const auto& set, auto& value) {
      if (!value) return;
      if (!set) {
        spdlog::warn("{} is another now, and this node has none", what);
        return;
      }
      if (auto done = set(std::move(*value)); done)
        spdlog::info("{} is what the options say now", what);
      else
        spdlog::error("{} is as it was: {}", what, done.error().message());
    };
    apply("hops", controls.set_hops, changed->hops);
    apply("exit_country", controls.set_exit_countries, changed->exit_countries);
    apply("log_level", controls.set_log_level, changed->log_level);
    if (!changed->need_restart.empty())
      spdlog::warn("these options change with a restart only: {}", fmt::join(changed->need_restart, ", "));
    spdlog::info("the options were read again");
  }

  ServiceConfig config_;
  std::function<control::Status()> source_;
  std::function<void(control::Controls&)> offer_;
  boost::asio::steady_timer timer_;
  boost::asio::signal_set hangup_;
  bool had_terminal_;
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Part> service_part(Process& process, ServiceConfig config,
                                   std::function<control::Status()> source,
                                   std::function<void(control::Controls&)> offer) {
  return std::make_unique<ServicePart>(process, std::move(config), std::move(source), std::move(offer));
}

}  // namespace qnet::node
