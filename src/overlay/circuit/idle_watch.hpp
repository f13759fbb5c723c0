// Ends a circuit that carries nothing.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/write_limited.hpp"

namespace qnet::circuit {

/// For a scope, in which both streams are written to. Resets both when neither was for `longest`, or twice as
/// long at most.
class IdleWatch {
 public:
  /// Both streams must outlive it.
  IdleWatch(net::WriteLimited& one, net::WriteLimited& other, std::chrono::milliseconds longest)
      : state_(
            std::make_shared<State>(State{one, other, longest, boost::asio::steady_timer(one.executor())})) {
    arm(state_);
  }
  IdleWatch(const IdleWatch&) = delete;
  IdleWatch& operator=(const IdleWatch&) = delete;
  ~IdleWatch() {
    state_->left = true;
    state_->timer.cancel();
  }

 private:
  // Shared, because a cancelled handler may already be queued when the scope is left.
  struct State {
    net::WriteLimited& one;
    net::WriteLimited& other;
    std::chrono::milliseconds longest;
    boost::asio::steady_timer timer;
    std::uint64_t written = 0;  ///< when the timer was set
    bool left = false;

    [[nodiscard]] std::uint64_t written_now() const { return one.written() + other.written(); }
  };
  static void arm(const std::shared_ptr<State>& state) {
    state->written = state->written_now();
    state->timer.expires_after(state->longest);
    state->timer.async_wait([state](const boost::system::error_code& error) {
      if (error || state->left) return;
      if (state->written_now() != state->written) return arm(state);
      state->one.reset();
      state->other.reset();
    });
  }

  std::shared_ptr<State> state_;
};

}  // namespace qnet::circuit
