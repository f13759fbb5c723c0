#include "line/driver.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace qnet::line {

namespace {

using base::FileHandle;
using base::Result;

constexpr std::size_t kLargestPacket = 65'536;
/// Read from one side before what is due is delivered.
constexpr int kOneTurn = 64;

TimePoint now() { return std::chrono::steady_clock::now(); }

/// On Linux the steady clock is CLOCK_MONOTONIC, which the timer counts, too.
itimerspec at(TimePoint due) {
  const auto since_boot = std::max(due.time_since_epoch(), Duration(1));  // 0 would stop the timer
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = (since_boot - seconds).count();
  return when;
}

}  // namespace

Result<Driver> Driver::make(int near, int far, Direction up, Direction down) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &ends, nullptr) != 0) return system_failure(Errc::failed, "sigprocmask");
  auto signals = std::make_unique<FileHandle>(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals->valid()) return system_failure(Errc::failed, "signalfd");
  auto timer = std::make_unique<FileHandle>(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer->valid()) return system_failure(Errc::failed, "timerfd_create");
  return Driver({near, far, std::move(up)}, {far, near, std::move(down)}, std::move(timer),
                std::move(signals));
}

Driver::Driver(Way up, Way down, File timer, File signals)
    : up_(std::move(up)),
      down_(std::move(down)),
      timer_(std::move(timer)),
      signals_(std::move(signals)),
      buffer_(kLargestPacket) {}

Result<void> Driver::run() {
  std::array<pollfd, 4> polled{pollfd{up_.from, POLLIN, 0}, pollfd{down_.from, POLLIN, 0},
                               pollfd{timer_->get(), POLLIN, 0}, pollfd{signals_->get(), POLLIN, 0}};
  for (;;) {
    arm();
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
      return system_failure(Errc::failed, "poll");
    if (polled[3].revents != 0) return {};
    for (auto* const way : {&up_, &down_})
      if (auto got = read(*way); !got) return got;
    for (auto* const way : {&up_, &down_}) deliver(*way);
  }
}

Result<void> Driver::read(Way& way) {
  for (int i = 0; i < kOneTurn; ++i) {
    const auto size = ::read(way.from, buffer_.data(), buffer_.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (size < 0) return system_failure(Errc::failed, "reading from a TUN device");
    way.direction.take(now(), Packet(buffer_.begin(), buffer_.begin() + size));
  }
  return {};
}

void Driver::deliver(Way& way) {
  for (;;) {
    const auto due = way.direction.next_deadline();
    const auto moment = now();
    const auto packet = way.direction.give(moment);
    if (!packet) return;
    lateness_.worst = std::max(lateness_.worst, Duration(moment - *due));
    if (moment - *due > std::chrono::milliseconds(5)) ++lateness_.over_5ms;
    if (::write(way.to, packet->data(), packet->size()) < 0) ++lateness_.not_written;
  }
}

void Driver::arm() {
  const auto up = up_.direction.next_deadline(), down = down_.direction.next_deadline();
  itimerspec when{};
  if (up || down) when = at(std::min(up.value_or(TimePoint::max()), down.value_or(TimePoint::max())));
  // Setting a timer also takes back that it has expired, so it is never read.
  ::timerfd_settime(timer_->get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace qnet::line
