// How many first messages of one session a relay looks at: each costs it some tenths of a millisecond.
#pragma once

#include <algorithm>
#include <unordered_map>

#include "protocol/mux/allowance.hpp"

namespace qnet::circuit {

/// Lives on one io_context, as the sessions do whose messages it counts.
class FirstMessages {
 public:
  using Time = mux::Allowance::Time;

  /// Whether one more may be looked at now. `session` as session::Stream::session_name(); `rate` counts when
  /// the session is new here. `now` never runs backwards.
  [[nodiscard]] bool take(const void* session, const mux::Allowance::Rate& rate, Time now) {
    if (left_.size() >= sweep_at_) sweep(now);
    return left_.try_emplace(session, rate).first->second.take(now);
  }

  /// Sessions that are remembered.
  [[nodiscard]] std::size_t sessions() const { return left_.size(); }

 private:
  static constexpr std::size_t kSmallest = 256;

  // Nobody tells when a session ends. One that may begin as many as a new one need not be remembered; so it
  // does no harm either when a later session has the same name.
  void sweep(Time now) {
    std::erase_if(left_, [now](const auto& entry) { return entry.second.is_full(now); });
    sweep_at_ = std::max(kSmallest, 2 * left_.size());
  }

  std::unordered_map<const void*, mux::Allowance> left_;
  std::size_t sweep_at_ = kSmallest;
};

}  // namespace qnet::circuit
