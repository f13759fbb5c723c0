// An open circuit at a guard or a middle: two streams, and what carries bytes between them.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "overlay/circuit/counters.hpp"
#include "overlay/circuit/rate_queue.hpp"
#include "overlay/circuit/way.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::circuit {

/// What a relay has to do for a circuit once all hops up to the next one have answered.
struct RelayedParts {
  std::unique_ptr<session::Stream> upstream;    ///< towards the client
  std::unique_ptr<session::Stream> downstream;  ///< towards the end
  std::optional<Layer> layer;                   ///< a middle's own; a guard has none
  base::Bytes answer;                           ///< goes to the client before all else
  std::chrono::milliseconds blocked{};
  std::chrono::milliseconds idle{};
  std::shared_ptr<RateQueue> rate;  ///< null: as fast as it can
  std::shared_ptr<Counters> counters;
  std::shared_ptr<const void> counted{};  ///< kept as long as the circuit
};

/// Thousands of circuits wait at a relay for every one that carries something. So here is no coroutine that
/// waits for bytes, which would take some kilobytes for each direction: the streams call when something has
/// come. Its timer keeps it alive.
///
/// It ends when both directions have ended; and both streams are reset when one is, when a frame means
/// nothing, when a side takes nothing for `blocked`, and when nothing is carried for `idle`, or twice as long
/// at most.
class Relayed : public std::enable_shared_from_this<Relayed> {
 public:
  static void start(RelayedParts parts);
  explicit Relayed(RelayedParts parts);
  Relayed(const Relayed&) = delete;
  Relayed& operator=(const Relayed&) = delete;

 private:
  /// A direction, and whether somebody works on it.
  struct Direction {
    Way way;
    bool busy = false;  ///< a turn is due, or waits for room or for the rate
    bool ended = false;
    bool was_quiet = true;
    std::optional<net::WriteLimited> limited{};  ///< since it first had to wait
  };

  void watch(session::Stream& stream, Direction& from_it);
  void wake(Direction& direction);
  void post_turn(Direction& direction);
  void turn(Direction& direction);
  void move(Direction& direction);
  void stop(Direction& direction, Way::Step step);
  void wait_for_rate(Direction& direction);
  net::Task<void> wait_for_room(Direction& direction);
  [[nodiscard]] std::uint64_t moved_now() const {
    return directions_[0].way.moved() + directions_[1].way.moved();
  }
  void arm();
  void fail();
  void end();

  RelayedParts parts_;
  std::array<Direction, 2> directions_;
  boost::asio::steady_timer timer_;
  std::uint64_t moved_ = 0;  // when the timer was set
  bool over_ = false;
};

}  // namespace qnet::circuit
