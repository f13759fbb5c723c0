// How many first messages of one session, or one party, a relay looks at: each costs it some tenths of a
// millisecond.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>

#include "overlay/circuit/who.hpp"
#include "protocol/mux/allowance.hpp"

namespace qnet::circuit {

/// Lives on one io_context, as the sessions do whose messages it counts.
class FirstMessages {
 public:
  using Time = mux::Allowance::Time;

  /// Whether one more may be looked at now. With another `rate` than before it is somebody new. `now` never
  /// runs backwards.
  [[nodiscard]] bool take(const Who& who, const mux::Allowance::Rate& rate, Time now) {
    if (left_.size() >= sweep_at_ || now >= next_sweep_) sweep(now);
    auto& entry = left_.try_emplace(who, Entry{rate, mux::Allowance(rate)}).first->second;
    if (entry.rate.burst != rate.burst || entry.rate.per_second != rate.per_second)
      entry = {rate, mux::Allowance(rate)};
    return entry.left.take(now);
  }

  /// Sessions and parties that are remembered.
  [[nodiscard]] std::size_t size() const { return left_.size(); }

 private:
  struct Entry {
    mux::Allowance::Rate rate;
    mux::Allowance left;
  };
  static constexpr std::size_t kSmallest = 256;
  static constexpr std::chrono::seconds kOften{10};

  // Nobody tells when a session ends, and a later one may have its name. So who may begin as many as somebody
  // new is forgotten: the later one finds an older one's rest only for some seconds, and never its rate.
  void sweep(Time now) {
    std::erase_if(left_, [now](const auto& entry) { return entry.second.left.is_full(now); });
    sweep_at_ = std::max(kSmallest, 2 * left_.size());
    next_sweep_ = now + kOften;
  }

  std::map<Who, Entry> left_;
  std::size_t sweep_at_ = kSmallest;
  Time next_sweep_{};
};

}  // namespace qnet::circuit
