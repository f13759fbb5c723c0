#include "overlay/circuit/rate_queue.hpp"

#include <algorithm>

namespace qnet::circuit {

namespace {
// The clock's own grain: with less, the timer would only go off more often.
constexpr std::chrono::milliseconds kLeastWait{1};
}  // namespace

void RateQueue::wait(std::function<void()> turn, bool was_quiet) {
  (was_quiet ? quiet_ : round_).push_back(std::move(turn));
  if (!armed_) arm();
}

void RateQueue::arm() {
  armed_ = true;
  timer_.expires_at(std::max(rate_->free_at(), std::chrono::steady_clock::now() + kLeastWait));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->armed_ = false;
    if (!error) self->serve();
  });
}

void RateQueue::serve() {
  while (is_paid() && !(quiet_.empty() && round_.empty())) {
    auto& from = quiet_.empty() ? round_ : quiet_;
    const auto turn = std::move(from.front());
    from.pop_front();
    turn();
  }
  if (!armed_ && !(quiet_.empty() && round_.empty())) arm();
}

}  // namespace qnet::circuit
