#include "transport/mirror/origin_outage.hpp"

#include <algorithm>

namespace qnet::mirror {

bool OriginOutage::turns_peers_away(Time now) {
  using Duration = Time::duration;
  const std::lock_guard guard(lock_);
  const Duration since = last_ ? std::max(now - *last_, Duration::zero()) : Duration(renewal);
  last_ = now;
  left_ = std::min<Duration>(left_ + since / (renewal / shared), shared);
  const auto counted = std::min<Duration>(since, unseen);
  used_up_ = left_ < (used_up_ ? Duration(unseen) : counted);
  if (!used_up_) left_ -= counted;
  return !used_up_;
}

}  // namespace qnet::mirror
