// A wait with an end: runs a cancelling function when time is up, unless the scope was left before.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace qnet::net {

class Deadline {
 public:
  Deadline(const boost::asio::any_io_executor& executor, std::chrono::steady_clock::duration after,
           std::function<void()> on_expiry)
      : state_(std::make_shared<State>(executor, std::move(on_expiry))) {
    state_->timer.expires_after(after);
    state_->timer.async_wait([state = state_](const boost::system::error_code& error) {
      if (error || state->left) return;
      state->expired = true;
      state->on_expiry();
    });
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    state_->left = true;
    state_->timer.cancel();
  }

  [[nodiscard]] bool expired() const { return state_->expired; }

 private:
  // Shared, because a cancelled handler may already be queued when the scope is left.
  struct State {
    State(const boost::asio::any_io_executor& executor, std::function<void()> function)
        : timer(executor), on_expiry(std::move(function)) {}
    boost::asio::steady_timer timer;
    std::function<void()> on_expiry;
    bool expired = false;
    bool left = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace qnet::net
