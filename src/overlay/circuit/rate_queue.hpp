// Who waits for the relay's rate, in turns: those who were quiet go first, once, as in mux::Turns.
#pragma once

#include <functional>
#include <list>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "overlay/circuit/byte_rate.hpp"

namespace qnet::circuit {

/// Lives on one io_context; one for each core. All share one ByteRate.
class RateQueue : public std::enable_shared_from_this<RateQueue> {
 public:
  /// Of one turn, so that a circuit that carries much holds the others up for less than a piece.
  static constexpr std::size_t piece = 32 * 1024;

  RateQueue(const boost::asio::any_io_executor& executor, std::shared_ptr<ByteRate> rate)
      : rate_(std::move(rate)), timer_(executor) {}

  /// Whether one may go on now without a wait: nobody waits, and the rate is not used up.
  [[nodiscard]] bool is_free() const { return quiet_.empty() && round_.empty() && is_paid(); }
  /// Calls `turn` when it is its turn, never at once. `was_quiet`: it had nothing to send before.
  void wait(std::function<void()> turn, bool was_quiet);
  void charge(std::size_t bytes) { rate_->charge(bytes, std::chrono::steady_clock::now()); }

 private:
  [[nodiscard]] bool is_paid() const { return rate_->free_at() <= std::chrono::steady_clock::now(); }
  void arm();
  void serve();

  std::shared_ptr<ByteRate> rate_;
  boost::asio::steady_timer timer_;
  std::list<std::function<void()>> quiet_;
  std::list<std::function<void()>> round_;
  bool armed_ = false;
};

}  // namespace qnet::circuit
