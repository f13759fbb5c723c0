#include "network/discovery/refresh_schedule.hpp"

#include <algorithm>

namespace qnet::discovery {

void RefreshSchedule::began(Time now) {
  began_ = now;
  next_.reset();
  hurry_.reset();
}

void RefreshSchedule::ended(bool satisfied, Time now, base::RandomSource& random) {
  if (satisfied) {
    retry_.reset();
    next_ = now + base::jittered(RefreshLimits::refresh, RefreshLimits::jitter, random);
  } else {
    next_ = now + retry_.next(random);
  }
}

void RefreshSchedule::hurry(bool knows_exits, Time now, base::RandomSource& random) {
  if (hurry_) return;
  if (now - began_ > RefreshLimits::last_retry) hurried_.reset();
  // A node that knows no exit at all has a person waiting: any answer can only improve that.
  hurry_ = began_ + (knows_exits ? hurried_.next(random) : RefreshLimits::shortest);
}

std::optional<RefreshSchedule::Time> RefreshSchedule::next_deadline() const {
  return next_ && hurry_ ? std::min(next_, hurry_) : next_;
}

}  // namespace qnet::discovery
