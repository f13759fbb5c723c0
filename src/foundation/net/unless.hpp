// Work that is given up when nobody needs it any more.
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

/// Says that a task is not needed any more. Lives on one io_context.
class Stop {
 public:
  void now() {
    stopped_ = true;
    signal_.emit(boost::asio::cancellation_type::terminal);
  }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] boost::asio::cancellation_slot slot() { return signal_.slot(); }

 private:
  boost::asio::cancellation_signal signal_;
  bool stopped_ = false;
};

/// The body of unless(). A type without default value cannot be the result of a spawned coroutine.
template <class T>
Task<void> run_unless(Stop& stop, Task<T> task, std::optional<T>& result) {
  try {
    result.emplace(co_await std::move(task));
  } catch (const boost::system::system_error&) {
    // A coroutine that is cancelled is left by an exception at its next co_await.
    if (!stop.stopped()) throw;
  }
  // Asio's own co_await behind this body would throw as well, out of the io_context.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
}

/// What `task` gives; nothing when `stop` came before. Then the task was cancelled: what it waited for ended
/// at once, and all that it held is gone when this returns.
template <class T>
Task<std::optional<T>> unless(Stop& stop, Task<T> task) {
  namespace asio = boost::asio;
  std::optional<T> result;
  if (stop.stopped()) co_return std::nullopt;
  co_await asio::co_spawn(co_await asio::this_coro::executor, run_unless(stop, std::move(task), result),
                          asio::bind_cancellation_slot(stop.slot(), asio::use_awaitable));
  if (stop.stopped()) co_return std::nullopt;
  co_return result;
}

}  // namespace qnet::net
