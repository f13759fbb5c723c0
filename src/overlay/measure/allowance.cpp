#include "overlay/measure/allowance.hpp"

#include <algorithm>
#include <utility>

namespace qnet::measure {

using Limits = AllowanceLimits;

namespace {

struct Bounds {
  std::uint64_t bytes;
  unsigned transfers;
};

constexpr Bounds kOfDirectory{Limits::bytes_of_one, Limits::transfers_of_one};
constexpr Bounds kOfNetwork{Limits::bytes_of_network, Limits::transfers_of_network};
constexpr Bounds kOfRelays{Limits::bytes_of_relays, Limits::transfers_of_relays};

template <class Given>
bool has_room(const Given& given, std::uint64_t more, const Bounds& bounds) {
  return given.bytes + more <= bounds.bytes && given.transfers < bounds.transfers;
}

template <class Given>
void count(Given& given, std::uint64_t bytes) {
  given.bytes += bytes;
  ++given.transfers;
}

}  // namespace

Allowance::Allowance(Clock clock) : state_(std::make_shared<State>()) { state_->clock = std::move(clock); }

Allowance::Taken Allowance::take(const Asker& asker, std::uint64_t bytes, std::function<void()> free,
                                 const Slot& place) {
  if (asker.standing == Standing::stranger || bytes == 0 || bytes > Limits::transfer) return {};
  const bool is_relay = asker.standing == Standing::relay;
  const auto party = is_relay && asker.network != 0 ? Party(asker.network) : Party(asker.key);
  const std::scoped_lock lock(state_->mutex);
  const auto now = state_->clock();
  auto& line = is_relay ? state_->relays : state_->directories;
  if (state_->since == TimePoint{} || now - state_->since >= Limits::window) {
    state_->since = now;
    state_->relays.to.clear();
    state_->directories.to.clear();
    state_->to_relays = {};
  }
  if (is_relay && !has_room(state_->to_relays, bytes, kOfRelays)) return {};
  const auto known = line.to.find(party);
  const auto given = known == line.to.end() ? Given{} : known->second;
  if (!has_room(given, bytes, is_relay ? kOfNetwork : kOfDirectory) || given.held >= Limits::held) return {};
  const bool is_first = line.waiting.empty() || &line.waiting.front() == place.get();
  if (line.taken || !is_first) return {{}, place ? place : join(state_, line, party, std::move(free)), {}};
  count(line.to[party], bytes);
  if (is_relay) count(state_->to_relays, bytes);
  const auto left = Limits::held - given.held;
  return {hold(state_, line, party), {}, std::min<std::chrono::steady_clock::duration>(left, Limits::taking)};
}

Allowance::Slot Allowance::join(const std::shared_ptr<State>& state, Line& line, const Party& party,
                                std::function<void()> free) {
  if (line.waiting.size() >= Limits::waiting ||
      std::ranges::find(line.waiting, party, &Waiting::party) != line.waiting.end())
    return nullptr;
  const auto place = line.waiting.insert(line.waiting.end(), {party, std::move(free)});
  return {&*place, [state, &line, place](const void*) { leave(*state, line, place); }};
}

Allowance::Slot Allowance::hold(const std::shared_ptr<State>& state, Line& line, const Party& party) {
  line.taken = true;
  return {&line, [state, &line, party, since = state->clock()](const void*) {
            give_back(*state, line, party, since);
          }};
}

/// Who leaves the front without a turn leaves it to the next one.
void Allowance::leave(State& state, Line& line, std::list<Waiting>::iterator place) {
  std::function<void()> next;
  {
    const std::scoped_lock lock(state.mutex);
    const bool was_first = place == line.waiting.begin();
    line.waiting.erase(place);
    if (was_first && !line.taken && !line.waiting.empty()) next = line.waiting.front().free;
  }
  if (next) next();
}

void Allowance::give_back(State& state, Line& line, const Party& party, TimePoint since) {
  std::function<void()> next;
  {
    const std::scoped_lock lock(state.mutex);
    line.taken = false;
    // What began in the last window counts in this one: it is less than one transfer's time.
    line.to[party].held += state.clock() - since;
    if (!line.waiting.empty()) next = line.waiting.front().free;
  }
  if (next) next();
}

}  // namespace qnet::measure
