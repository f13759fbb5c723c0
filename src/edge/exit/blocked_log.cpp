#include "edge/exit/blocked_log.hpp"

#include <system_error>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/private_file.hpp"

namespace qnet::exit {

namespace {

constexpr const char* kName = "exit-blocked.log";

BlockedLog::TimePoint minute_of(BlockedLog::TimePoint time) {
  return std::chrono::floor<std::chrono::minutes>(time);
}

}  // namespace

BlockedLog::BlockedLog(const std::filesystem::path& folder) : path_(folder / kName), file_(path_) {
  (void)base::make_private_folder(folder);  // where there is none, the first line says so
  file_.begin_day(std::chrono::system_clock::now());
}

BlockedLog::~BlockedLog() {
  const std::scoped_lock lock(mutex_);
  write();
}

void BlockedLog::add(Refusal reason, std::string kind, TimePoint now) {
  const std::scoped_lock lock(mutex_);
  if (minute_of(now) != minute_) write();
  minute_ = minute_of(now);
  tally_.add(reason, std::move(kind));
}

void BlockedLog::tend(TimePoint now) {
  const std::scoped_lock lock(mutex_);
  if (minute_of(now) != minute_) write();
  file_.begin_day(now);
}

/// The last minute of a day belongs to that day, also when it is written on the next.
void BlockedLog::write() {
  if (tally_.empty()) return;
  const int problem = file_.append(tally_.take(minute_), minute_);
  if (problem == 0 || !complaints_.take()) return;
  spdlog::warn("what this exit refuses cannot be written to {}: {}", path_.string(),
               std::generic_category().message(problem));
}

net::Task<void> keep_tending(std::shared_ptr<BlockedLog> log) {
  namespace asio = boost::asio;
  constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::minutes(1));
    const auto [error] = co_await timer.async_wait(kAwait);
    if (error) co_return;
    log->tend(std::chrono::system_clock::now());
  }
}

}  // namespace qnet::exit
