#include "network/discovery/heartbeat.hpp"

#include <algorithm>
#include <utility>

namespace qnet::discovery {

using directory::Answer;
using directory::Status;
using std::chrono::milliseconds;

bool Sequence::follow(std::uint64_t taken, std::uint64_t now) {
  const auto farthest =
      now + static_cast<std::uint64_t>(milliseconds(HeartbeatLimits::farthest_sequence).count());
  if (taken == 0 || taken > farthest) return false;
  last_ = std::max(last_, taken);
  return true;
}

Heartbeat::Next Heartbeat::answered(const Answer& answer, const crypto::Digest& descriptor, bool whole,
                                    Sequence& sequence, std::uint64_t now, base::RandomSource& random) {
  if (answer.good()) {
    knows_ = descriptor;
    known_ = true;
    repeated_ = false;
    listed_ = answer.status == Status::ok;
    problem_ = listed_ ? "" : "It has not reached this peer's address yet, and lists it once it has.";
    retry_.reset();
    unlisted_ = listed_ ? 0 : unlisted_ + 1;
    if (!listed_ && unlisted_ <= HeartbeatLimits::unlisted_answers)
      return {false, base::jittered(HeartbeatLimits::unlisted, HeartbeatLimits::unlisted_jitter, random)};
    return {false, base::jittered(HeartbeatLimits::interval, HeartbeatLimits::jitter, random)};
  }
  knows_.reset();
  const bool unknown = answer.status == Status::not_found && !whole;
  const bool replay = answer.status == Status::unauthorised && sequence.follow(answer.sequence, now);
  if ((unknown || replay) && !std::exchange(repeated_, true)) return {true, milliseconds(0)};
  auto next = failed(answer.error + " " + answer.hint, random);
  const auto asked = std::min<milliseconds>(answer.retry_after, HeartbeatLimits::longest_retry_after);
  next.pause = std::max(next.pause, asked);
  return next;
}

Heartbeat::Next Heartbeat::failed(std::string problem, base::RandomSource& random) {
  knows_.reset();
  repeated_ = false;
  listed_ = false;
  problem_ = std::move(problem);
  return {false, retry_.next(random)};
}

Heartbeat::Next Heartbeat::nothing_to_tell(base::RandomSource& random) {
  listed_ = false;
  problem_ = "This peer has no address that others could reach.";
  return {false, base::jittered(HeartbeatLimits::interval / 3, HeartbeatLimits::jitter, random)};
}

}  // namespace qnet::discovery
