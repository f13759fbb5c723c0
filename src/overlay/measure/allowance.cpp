#include "overlay/measure/allowance.hpp"

#include <utility>

namespace qnet::measure {

using Limits = AllowanceLimits;

Allowance::Taken Allowance::take(const crypto::X25519Public& peer, Standing standing, std::uint64_t bytes,
                                 TimePoint now, std::function<void()> free) {
  if (standing == Standing::stranger || bytes == 0 || bytes > Limits::transfer) return {};
  const bool is_relay = standing == Standing::relay;
  const std::scoped_lock lock(state_->mutex);
  if (state_->since == TimePoint{} || now - state_->since >= Limits::window) {
    state_->since = now;
    state_->to.clear();
    state_->to_relays = {};
  }
  auto& relays = state_->to_relays;
  if (is_relay &&
      (relays.bytes + bytes > Limits::bytes_of_relays || relays.transfers >= Limits::transfers_of_relays))
    return {};
  const auto known = state_->to.find(peer);
  const auto given = known == state_->to.end() ? Given{} : known->second;
  if (given.bytes + bytes > Limits::bytes_of_one || given.transfers >= Limits::transfers_of_one) return {};
  auto& line = is_relay ? state_->relays : state_->directories;
  if (line.taken) {
    if (line.waiting.size() >= Limits::waiting) return {};
    return {nullptr, line.waiting.try_emplace(peer, std::move(free)).second};
  }
  line.taken = true;
  state_->to[peer] = {given.bytes + bytes, given.transfers + 1};
  if (is_relay) relays = {relays.bytes + bytes, relays.transfers + 1};
  return {Slot(&line, [state = state_, &line](const void*) { give_back(*state, line); })};
}

void Allowance::give_back(State& state, Line& line) {
  std::map<crypto::X25519Public, std::function<void()>> waiting;
  {
    const std::scoped_lock lock(state.mutex);
    line.taken = false;
    waiting.swap(line.waiting);
  }
  for (const auto& [peer, free] : waiting) free();
}

}  // namespace qnet::measure
