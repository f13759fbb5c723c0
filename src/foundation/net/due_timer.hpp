// One timer that follows what is due first: for who drives a state machine with next_deadline().
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace qnet::net {

/// Lives on its executor's io_context. Destroying it forgets what was set.
class DueTimer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit DueTimer(const boost::asio::any_io_executor& executor)
      : state_(std::make_shared<State>(executor)) {}
  DueTimer(const DueTimer&) = delete;
  DueTimer& operator=(const DueTimer&) = delete;
  ~DueTimer() { forget(); }

  /// `at_deadline` runs once, at `next`; nothing runs without one. What was set before is forgotten, unless
  /// it was for the same time: then that goes on.
  void follow(std::optional<TimePoint> next, std::function<void()> at_deadline) {
    if (next == state_->at) return;
    if (!next) return forget();
    state_->at = next;
    state_->timer.expires_at(*next);
    state_->timer.async_wait(
        [state = state_, next, due = std::move(at_deadline)](const boost::system::error_code& error) {
          // One that was cancelled may be queued already.
          if (error || state->at != next) return;
          state->at.reset();
          due();
        });
  }
  void forget() {
    state_->at.reset();
    state_->timer.cancel();
  }

 private:
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::optional<TimePoint> at;
  };
  std::shared_ptr<State> state_;
};

}  // namespace qnet::net
