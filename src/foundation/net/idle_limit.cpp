#include "foundation/net/idle_limit.hpp"

#include <utility>

namespace qnet::net {

IdleLimit::IdleLimit(const boost::asio::any_io_executor& executor, std::chrono::steady_clock::duration idle,
                     std::function<void()> on_idle)
    : state_(std::make_shared<State>(State{boost::asio::steady_timer(executor), idle, std::move(on_idle)})) {
  watch(state_);
}

IdleLimit::~IdleLimit() {
  state_->left = true;
  state_->timer.cancel();
}

void IdleLimit::watch(const std::shared_ptr<State>& state) {
  state->timer.expires_after(state->idle);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->left) return;
    if (!std::exchange(state->used, false)) return state->on_idle();
    watch(state);
  });
}

}  // namespace qnet::net
