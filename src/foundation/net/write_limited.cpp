#include "foundation/net/write_limited.hpp"

#include <utility>

namespace qnet::net {

WriteLimited::WriteLimited(ByteStream& stream, std::chrono::steady_clock::duration longest)
    : stream_(stream),
      state_(std::make_shared<State>(State{stream, longest, boost::asio::steady_timer(stream.executor())})) {}

WriteLimited::~WriteLimited() {
  state_->left = true;
  state_->timer.cancel();
}

Task<base::Result<void>> WriteLimited::wait_writable() {
  const auto state = state_;
  state->waiting = true;
  if (!state->armed) arm(state);
  auto ready = co_await stream_.wait_writable();
  state->waiting = false;
  state->took = true;
  co_return ready;
}

void WriteLimited::arm(const std::shared_ptr<State>& state) {
  state->armed = true;
  state->took = false;
  state->timer.expires_after(state->longest);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    state->armed = false;
    if (error || state->left || !state->waiting) return;
    if (!state->took) return state->stream.reset();
    arm(state);
  });
}

}  // namespace qnet::net
