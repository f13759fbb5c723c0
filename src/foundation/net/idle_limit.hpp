// Ends what nobody uses: runs a function once nothing has happened for some time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace qnet::net {

/// Lives on one io_context. Looks once in each `idle`, so it acts between one and two of them after the last
/// use.
class IdleLimit {
 public:
  IdleLimit(const boost::asio::any_io_executor& executor, std::chrono::steady_clock::duration idle,
            std::function<void()> on_idle);
  IdleLimit(const IdleLimit&) = delete;
  IdleLimit& operator=(const IdleLimit&) = delete;
  ~IdleLimit();

  void touch() { state_->used = true; }

 private:
  // Shared, because a cancelled handler may already be queued when the scope is left.
  struct State {
    boost::asio::steady_timer timer;
    std::chrono::steady_clock::duration idle;
    std::function<void()> on_idle;
    bool used = false;
    bool left = false;
  };
  static void watch(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace qnet::net
