// A few at a time, the others in line.
#pragma once

#include <list>
#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::directory {

/// Lives on one io_context. It must outlive every call of take(), and every turn.
class Turns {
 public:
  using Turn = std::unique_ptr<Turns, void (*)(Turns*)>;

  Turns(const boost::asio::any_io_executor& executor, std::size_t at_once, std::size_t waiting)
      : executor_(executor), free_(at_once), most_waiting_(waiting) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// A turn, until it is destroyed, in the order of asking; null when too many wait, and after stop().
  net::Task<Turn> take() {
    if (stopped_ || line_.size() >= most_waiting_) co_return Turn(nullptr, give_back);
    if (free_ > 0) {
      --free_;
      co_return Turn(this, give_back);
    }
    // When a turn is given back, the first leaves the line and has the turn.
    boost::asio::steady_timer mine(executor_, boost::asio::steady_timer::time_point::max());
    line_.push_back(&mine);
    const auto leave = [this](boost::asio::steady_timer* waiting) { std::erase(line_, waiting); };
    const std::unique_ptr<boost::asio::steady_timer, decltype(leave)> whatever_happens(&mine, leave);
    (void)co_await mine.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return Turn(stopped_ ? nullptr : this, give_back);
  }

  void stop() {
    stopped_ = true;
    for (auto* const waiting : line_) waiting->cancel();
    line_.clear();
  }

 private:
  static void give_back(Turns* turns) {
    if (turns->line_.empty()) {
      ++turns->free_;
      return;
    }
    auto* const first = turns->line_.front();
    turns->line_.pop_front();
    first->cancel();
  }

  boost::asio::any_io_executor executor_;
  std::size_t free_;
  std::size_t most_waiting_;
  std::list<boost::asio::steady_timer*> line_;
  bool stopped_ = false;
};

}  // namespace qnet::directory
