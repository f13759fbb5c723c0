#include "network/path/pool.hpp"

#include <algorithm>

namespace qnet::path {

namespace {

/// Another attempt with the same list and guards comes to the same.
bool is_final(const base::Error& error) {
  return error.is(Errc::bad_wish) || error.is(Errc::no_exit) || error.is(Errc::no_exit_in_country) ||
         error.is(Errc::no_exit_for_port) || error.is(Errc::guards_too_near) ||
         error.is(Errc::too_few_relays);
}

}  // namespace

void Pool::start(std::size_t default_hops, SteadyTime now) {
  last_request_ = now;
  set_hops(default_hops, now);
}

void Pool::set_hops(std::size_t default_hops, SteadyTime now) {
  default_hops_ = default_hops;
  std::vector<CircuitNumber> others;
  for (const auto& circuit : circuits_)
    if (circuit.clean() && circuit.ahead && circuit.wish.hops != default_hops)
      others.push_back(circuit.number);
  for (const auto number : others) close(number);
  step(now);
}

void Pool::stop() {
  if (stopped_) return;
  for (const auto& circuit : circuits_) actions_.emplace_back(CloseCircuit{circuit.number});
  for (const auto& request : requests_)
    actions_.emplace_back(AnswerRequest{request.number, base::fail(Errc::stopped)});
  circuits_.clear();
  requests_.clear();
  stopped_ = true;
}

RequestNumber Pool::request(CircuitWish wish, SteadyTime now) {
  const RequestNumber number{++last_number_};
  if (stopped_) return number;
  const auto refuse = [&](Errc why) { actions_.emplace_back(AnswerRequest{number, base::fail(why)}); };
  const bool sound = wish.hops >= ChooseLimits::fewest_hops && wish.hops <= ChooseLimits::most_hops &&
                     wish.countries.size() <= ChooseLimits::countries;
  if (!sound) {
    refuse(Errc::bad_wish);
  } else if (requests_.size() >= PoolLimits::requests) {
    refuse(Errc::too_many_requests);
  } else {
    last_request_ = now;
    if (wish.port != 0 && wish.port != PoolLimits::usual_port) {
      other_port_ = wish.port;
      other_port_at_ = now;
    }
    const auto deadline = now + std::clamp(wish.wait, wish.wait.zero(), PoolLimits::request);
    const auto place = std::ranges::upper_bound(requests_, deadline, {}, &Request::deadline);
    requests_.insert(place, {number, std::move(wish), deadline});
  }
  step(now);
  return number;
}

void Pool::chosen(CircuitNumber number, ExitFacts exit, std::chrono::milliseconds late_after,
                  SteadyTime now) {
  if (auto* const circuit = find(number)) {
    circuit->exit = std::move(exit);
    const auto longest = failures_ > 0 ? PoolLimits::late_in_search : PoolLimits::late;
    circuit->late_at = now + std::min(late_after, longest);
  }
  step(now);
}

void Pool::built(CircuitNumber number, SteadyTime now) {
  auto* const circuit = find(number);
  if (circuit == nullptr || circuit->state != PoolCircuit::State::building) return;
  circuit->state = PoolCircuit::State::ready;
  circuit->expires = now + base::jittered(PoolLimits::spare_life, PoolLimits::spare_jitter, random_);
  circuit->looked = circuit->idle_since = now;
  failures_ = 0;
  retry_.reset();
  build_from_ = now;
  step(now);
}

std::optional<RequestNumber> Pool::take_early(CircuitNumber number, SteadyTime now) {
  auto* const circuit = find(number);
  const auto claim = std::ranges::find(claims_, number, &Claim::circuit);
  if (circuit == nullptr || circuit->state != PoolCircuit::State::building || !circuit->clean() ||
      claim == claims_.end())
    return std::nullopt;
  for (auto& request : requests_) {
    if (!request.wish.early || claim->isolation != request.wish.isolation ||
        !will_serve(*circuit, request.wish, now))
      continue;
    request.wish.early = false;
    request.carrier = number;
    give_to(*circuit, request.wish.isolation, now);
    const auto taken = request.number;
    step(now);
    return taken;
  }
  return std::nullopt;
}

void Pool::failed(CircuitNumber number, const base::Error& error, SteadyTime now,
                  std::optional<SteadyTime> again, bool blamed) {
  const auto place = std::ranges::find(circuits_, number, &PoolCircuit::number);
  if (place == circuits_.end()) return;
  const auto wish = std::move(place->wish);
  const bool ahead = place->ahead;
  circuits_.erase(place);
  if (is_final(error)) again = SteadyTime::max();
  // Nobody serves it: what is ready for it would be for nothing.
  if (error.is(Errc::no_exit_for_port) && wish.port == other_port_) other_port_.reset();
  if (error.is(Errc::exits_full)) again = lacking_.full_until(now);
  const auto build_from = again.value_or(now);
  // What no attempt changes costs nobody anything: only what nobody waits for has a pause then.
  if (build_from <= now)
    note_failure(ahead, blamed, now);
  else if (ahead)
    ahead_from_ = now + retry_ahead_.next(random_);
  std::erase_if(requests_, [&](Request& request) {
    if (!was_for(wish, request.wish, now)) return false;
    request.problem = error;
    request.build_from = build_from;
    if (build_from < request.deadline) return false;
    actions_.emplace_back(AnswerRequest{request.number, tl::unexpected(error)});
    return true;
  });
  step(now);
}

void Pool::note_failure(bool ahead, bool blamed, SteadyTime now) {
  // The first of a row is no sign of anything: another path is tried at once.
  const bool learned = blamed && failures_ < PoolLimits::lessons;
  if (failures_++ > 0) build_from_ = now + (learned ? PoolLimits::first_retry : retry_.next(random_));
  if (ahead || failures_ > 1) ahead_from_ = now + retry_ahead_.next(random_);
}

void Pool::ended(CircuitNumber number, SteadyTime now) {
  const auto place = std::ranges::find(circuits_, number, &PoolCircuit::number);
  if (place == circuits_.end()) return;
  // One that ends all circuits at once must not make us build without a pause.
  if (!place->proven) note_failure(true, false, now);
  circuits_.erase(place);
  step(now);
}

void Pool::look(CircuitNumber number, const Look& seen, SteadyTime now) {
  auto* const circuit = find(number);
  if (circuit == nullptr) return;
  if (circuit->asked && seen.last_heard >= *circuit->asked) {
    circuit->asked.reset();
    // What was asked after that waits on.
    if (circuit->waiting > 0 && circuit->last_asked > seen.last_heard) circuit->asked = circuit->last_asked;
  }
  const bool used = circuit->used_now();
  circuit->streams = seen.streams;
  circuit->guard_silent = seen.guard_silent;
  circuit->looked = now;
  if (used && !circuit->used_now()) circuit->idle_since = now;
}

void Pool::answered(CircuitNumber number, SteadyTime now) {
  auto* const circuit = find(number);
  if (circuit == nullptr) return;
  circuit->proven = true;
  circuit->waiting -= std::min<std::size_t>(circuit->waiting, 1);
  circuit->asked.reset();
  retry_ahead_.reset();
  step(now);
}

void Pool::released(CircuitNumber number, bool waited, SteadyTime now) {
  auto* const circuit = find(number);
  if (circuit == nullptr) return;
  circuit->uses -= std::min<std::size_t>(circuit->uses, 1);
  if (waited) circuit->waiting -= std::min<std::size_t>(circuit->waiting, 1);
  // A use that is given up after a doubt has begun leaves the doubt behind.
  if (circuit->waiting == 0 && !circuit->doubted(now)) circuit->asked.reset();
  if (!circuit->used_now()) circuit->idle_since = now;
  step(now);
}

void Pool::retire(CircuitNumber number, SteadyTime now) {
  if (auto* const circuit = find(number)) {
    circuit->state = PoolCircuit::State::retired;
    circuit->aged = false;
  }
  step(now);
}

void Pool::declined(CircuitNumber number, Decline why, std::uint16_t port, SteadyTime now) {
  const auto* const circuit = find(number);
  if (circuit != nullptr && circuit->exit) lacking_.note(circuit->exit->peer, why, port, now);
  step(now);
}

void Pool::renew(SteadyTime now) {
  close_unused();
  for (auto& circuit : circuits_) {
    circuit.aged = false;
    circuit.state = PoolCircuit::State::retired;
  }
  reconsider(now);
}

void Pool::network_changed(SteadyTime now) {
  if (!network_changed_ || now - *network_changed_ >= PoolLimits::dirty) {
    network_changed_ = now;
    return renew(now);
  }
  close_unused();
  reconsider(now);
}

void Pool::close_unused() {
  std::vector<CircuitNumber> unused;
  for (const auto& circuit : circuits_)
    if (circuit.state == PoolCircuit::State::building || circuit.clean()) unused.push_back(circuit.number);
  for (const auto number : unused) close(number);
}

void Pool::reconsider(SteadyTime now) {
  failures_ = 0;
  retry_.reset();
  retry_ahead_.reset();
  build_from_ = ahead_from_ = now;
  for (auto& request : requests_) request.build_from = now;
  step(now);
}

std::optional<PoolAction> Pool::next_action() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

PoolCircuit* Pool::find(CircuitNumber number) {
  const auto place = std::ranges::find(circuits_, number, &PoolCircuit::number);
  return place == circuits_.end() ? nullptr : &*place;
}

std::size_t Pool::building(bool ahead_only) const {
  return static_cast<std::size_t>(std::ranges::count_if(circuits_, [&](const PoolCircuit& circuit) {
    return circuit.state == PoolCircuit::State::building && (circuit.ahead || !ahead_only);
  }));
}

bool Pool::may_build(SteadyTime now) const {
  const auto on_time = std::ranges::count_if(circuits_, [&](const PoolCircuit& circuit) {
    return circuit.state == PoolCircuit::State::building && now < circuit.late_at;
  });
  return static_cast<std::size_t>(on_time) < PoolLimits::builds &&
         building(false) < PoolLimits::builds_and_late;
}

/// For one circuit more.
bool Pool::make_room(bool for_request, const Wish& wish) {
  const auto unusual = std::ranges::count_if(circuits_, &PoolCircuit::is_for_a_port);
  const bool too_many_of_them =
      !is_usual_port(wish.port.value_or(0)) && static_cast<std::size_t>(unusual) >= PoolLimits::unusual;
  if (circuits_.size() < PoolLimits::circuits && !too_many_of_them) return true;
  const PoolCircuit* least = nullptr;
  for (const auto& circuit : circuits_) {
    if (too_many_of_them && !circuit.is_for_a_port()) continue;
    if (circuit.state == PoolCircuit::State::building || circuit.used_now() ||
        (circuit.clean() && !for_request))
      continue;
    // Those that were used and are idle, longest first; then the oldest clean one.
    const bool better = least == nullptr || (least->clean() && !circuit.clean()) ||
                        (least->clean() == circuit.clean() && circuit.idle_since < least->idle_since);
    if (better) least = &circuit;
  }
  if (least != nullptr) close(least->number);
  return least != nullptr;
}

void Pool::close(CircuitNumber number) {
  std::erase_if(circuits_, [&](const PoolCircuit& circuit) { return circuit.number == number; });
  actions_.emplace_back(CloseCircuit{number});
}

}  // namespace qnet::path
