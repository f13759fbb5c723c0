// What follows from the facts and the time: which requests are served, what is built, and what ends.
#include <algorithm>

#include "network/path/pool.hpp"

namespace qnet::path {

namespace {

using State = PoolCircuit::State;

bool holds(const std::vector<peer::PeerId>& peers, const peer::PeerId& peer) {
  return std::ranges::find(peers, peer) != peers.end();
}

bool in_countries(const std::vector<std::string>& countries, const std::string& country) {
  return countries.empty() || std::ranges::find(countries, country) != countries.end();
}

bool serves_port(const ExitFacts& exit, std::uint16_t port) {
  return port == 0 || std::ranges::find(exit.ports, port) != exit.ports.end();
}

/// An exit that was drawn among few takes only what needs one of these few. Otherwise whoever makes a client
/// ask for what one exit alone has moves the client's other requests to that exit.
bool was_drawn_for(const PoolCircuit& circuit, const CircuitWish& wish) {
  if (circuit.is_for_a_port() && circuit.wish.port != wish.port) return false;
  return circuit.wish.countries.empty() || circuit.wish.countries == wish.countries;
}

}  // namespace

bool PoolCircuit::is_for_a_port() const {
  const auto port = wish.port.value_or(0);
  // One that is built ahead may end anywhere when no exit serves the port.
  return !is_usual_port(port) && (!exit || serves_port(*exit, port));
}

void Pool::step(SteadyTime now) {
  latest_ = now;
  if (stopped_) return;
  end_circuits(now);
  serve_requests(now);
  expire_requests(now);
  build_for_requests(now);
  build_ahead(now);
}

void Pool::expire_requests(SteadyTime now) {
  while (!requests_.empty() && requests_.front().deadline <= now) {
    auto& late = requests_.front();
    auto why = late.problem.value_or(base::Error(Errc::timed_out));
    actions_.emplace_back(AnswerRequest{late.number, tl::unexpected(std::move(why))});
    requests_.pop_front();
  }
}

void Pool::end_circuits(SteadyTime now) {
  std::vector<CircuitNumber> over;
  for (auto& circuit : circuits_) {
    if (circuit.state == State::building) continue;
    if (circuit.asked && now - *circuit.asked >= PoolLimits::silence) {
      circuit.asked.reset();
      circuit.aged = false;
      circuit.state = State::retired;
      actions_.emplace_back(BlameExit{circuit.number});
    }
    if (circuit.state == State::ready && circuit.first_use && now - *circuit.first_use >= PoolLimits::dirty) {
      circuit.aged = true;
      circuit.state = State::retired;
    }
    const bool unwanted = circuit.state == State::retired || (circuit.clean() && rests(now)) ||
                          now >= (circuit.clean() ? circuit.expires : circuit.idle_since + PoolLimits::idle);
    if (unwanted && !circuit.used_now()) over.push_back(circuit.number);
  }
  for (const auto number : over) close(number);
}

// Which circuit serves a request.

/// Whether its exit does. Other requests on the circuit are not looked at.
bool Pool::serves(const PoolCircuit& circuit, const CircuitWish& wish, SteadyTime now) const {
  if (circuit.wish.hops != wish.hops || !circuit.exit || !was_drawn_for(circuit, wish)) return false;
  const auto& exit = *circuit.exit;
  return serves_port(exit, wish.port) && in_countries(wish.countries, exit.country) &&
         !holds(wish.not_exits, exit.peer) && !lacking_.lacks(exit.peer, wish.port, now);
}

/// Whether a build for this is also one for that wish: nothing was left out that the wish does not leave out.
bool Pool::was_for(const Wish& built, const CircuitWish& wish, SteadyTime now) const {
  return built.hops == wish.hops && built.port.value_or(0) == wish.port &&
         built.countries == wish.countries &&
         std::ranges::all_of(built.not_exits, [&](const peer::PeerId& exit) {
           return holds(wish.not_exits, exit) || lacking_.lacks(exit, wish.port, now);
         });
}

/// The same of one whose exit may not be chosen yet.
bool Pool::will_serve(const PoolCircuit& circuit, const CircuitWish& wish, SteadyTime now) const {
  if (circuit.exit) return serves(circuit, wish, now);
  return circuit.wish.hops == wish.hops && (wish.port == 0 || circuit.wish.port == wish.port) &&
         was_drawn_for(circuit, wish) && circuit.wish.countries == wish.countries &&
         std::ranges::all_of(wish.not_exits,
                             [&](const peer::PeerId& exit) { return holds(circuit.wish.not_exits, exit); });
}

/// One that carries requests of the same kind already comes before a clean one: fewer exits see the person.
PoolCircuit* Pool::ready_for(const CircuitWish& wish, SteadyTime now) {
  PoolCircuit* found = nullptr;
  for (auto& circuit : circuits_) {
    if (circuit.state != State::ready || circuit.doubted(now) || !serves(circuit, wish, now)) continue;
    if (circuit.isolation == wish.isolation) return &circuit;
    if (circuit.clean() && found == nullptr) found = &circuit;
  }
  return found;
}

/// The youngest that would have served it, were it not for its age.
PoolCircuit* Pool::aged_for(const CircuitWish& wish, SteadyTime now) {
  PoolCircuit* found = nullptr;
  for (auto& circuit : circuits_)
    if (circuit.aged && circuit.isolation == wish.isolation && !circuit.doubted(now) &&
        serves(circuit, wish, now))
      found = &circuit;
  return found;
}

void Pool::serve_requests(SteadyTime now) {
  std::erase_if(requests_, [&](Request& request) {
    auto* const circuit = ready_for(request.wish, now);
    if (circuit == nullptr || waits_for_carrier(request, *circuit, now)) return false;
    use(*circuit, request.number, request.wish.isolation, now);
    return true;
  });
}

/// To ask over another one takes about as long as that took to build: the answer may be on its way before.
bool Pool::waits_for_carrier(Request& request, const PoolCircuit& other, SteadyTime now) {
  const auto* const carrier = request.carrier ? find(*request.carrier) : nullptr;
  if (carrier == nullptr || carrier->state != State::building) return false;
  if (!request.carrier_until)
    request.carrier_until = std::min(carrier->late_at, now + (other.idle_since - other.begun));
  return now < *request.carrier_until;
}

/// It is clean no more.
void Pool::give_to(PoolCircuit& circuit, const std::string& isolation, SteadyTime now) {
  taken_.push_back(now);
  if (taken_.size() > PoolLimits::most_spares) taken_.pop_front();
  ahead_from_ = std::max(ahead_from_, now + PoolLimits::spare_pause);
  circuit.isolation = isolation;
  circuit.first_use = now;
}

void Pool::use(PoolCircuit& circuit, RequestNumber request, const std::string& isolation, SteadyTime now) {
  if (circuit.clean()) give_to(circuit, isolation, now);
  ++circuit.uses;
  ++circuit.waiting;
  circuit.last_asked = now;
  if (!circuit.asked) circuit.asked = now;
  actions_.emplace_back(AnswerRequest{request, circuit.number});
}

// What is built.

void Pool::build_for_requests(SteadyTime now) {
  claims_.clear();
  for (const auto& circuit : circuits_)
    if (circuit.state == State::building) claims_.push_back({circuit.number, circuit.isolation});
  for (std::size_t i = 0; i < requests_.size();) {
    const auto waiting = requests_.size();
    build_for(requests_[i], now);
    if (requests_.size() == waiting) ++i;
  }
}

/// Nothing when one that is not late is on its way. Beside late ones another begins, as they may wait for
/// relays that are gone.
void Pool::build_for(Request& request, SteadyTime now) {
  const auto& wish = request.wish;
  std::size_t late = 0;
  for (auto& claim : claims_) {
    const auto* const circuit = find(claim.circuit);
    if (circuit == nullptr || !will_serve(*circuit, wish, now)) continue;
    if (claim.isolation.value_or(wish.isolation) != wish.isolation) continue;
    claim.isolation = wish.isolation;
    if (now < circuit->late_at) return;
    ++late;
  }
  if ((failures_ == 0 && late >= PoolLimits::raced) || !may_build(now)) return;
  if (now < build_from_ || now < request.build_from) return;
  auto not_exits = lacking_.without(wish.port, now);
  not_exits.insert(not_exits.end(), wish.not_exits.begin(), wish.not_exits.end());
  Wish to_build{.hops = wish.hops, .countries = wish.countries, .not_exits = std::move(not_exits)};
  to_build.full = lacking_.full(now);
  if (wish.port != 0) to_build.port = wish.port;
  if (make_room(true, to_build)) {
    begin(std::move(to_build), false, now);
    claims_.push_back({circuits_.back().number, wish.isolation});
    return;
  }
  request.problem = Errc::too_many_circuits;
  if (auto* const circuit = aged_for(wish, now)) {
    use(*circuit, request.number, wish.isolation, now);
    const auto served = request.number;
    std::erase_if(requests_, [&](const Request& one) { return one.number == served; });
  }
}

void Pool::build_ahead(SteadyTime now) {
  while (now >= ahead_from_ && building(true) < PoolLimits::builds_ahead && may_build(now)) {
    auto wish = missing_spare(now);
    if (!wish || !make_room(false, *wish)) return;
    begin(std::move(*wish), true, now);
    claims_.push_back({circuits_.back().number, std::nullopt});
  }
}

bool Pool::claimed(const PoolCircuit& circuit) const {
  return std::ranges::any_of(claims_, [&](const Claim& claim) {
    return claim.circuit == circuit.number && claim.isolation.has_value();
  });
}

std::optional<Wish> Pool::missing_spare(SteadyTime now) const {
  if (default_hops_ < ChooseLimits::fewest_hops || rests(now)) return std::nullopt;
  const auto lately =
      std::ranges::count_if(taken_, [&](SteadyTime taken) { return now - taken < PoolLimits::demand; });
  const auto wanted =
      std::min(PoolLimits::spares + static_cast<std::size_t>(lately), PoolLimits::most_spares);
  const CircuitWish usual{.hops = default_hops_, .port = PoolLimits::usual_port};
  const CircuitWish other{.hops = default_hops_, .port = other_port_.value_or(PoolLimits::usual_port)};
  std::size_t spares = 0;
  bool serve_usual = false;
  bool serve_other = !other_port_ || now - other_port_at_ >= PoolLimits::port_memory;
  for (const auto& circuit : circuits_) {
    if (!circuit.clean() || circuit.wish.hops != default_hops_ || circuit.state == State::retired ||
        circuit.guard_silent || claimed(circuit))
      continue;
    // One for an unusual port is of no use for anything else, so it takes nobody's place.
    if (!circuit.is_for_a_port()) ++spares;
    serve_usual = serve_usual || will_serve(circuit, usual, now);
    serve_other = serve_other || will_serve(circuit, other, now);
  }
  const bool for_other = serve_usual && !serve_other && (spares < wanted || !is_usual_port(other.port));
  if (spares >= wanted && !for_other) return std::nullopt;
  const auto port = for_other ? other.port : usual.port;
  return Wish{.hops = default_hops_,
              .port = port,
              .not_exits = lacking_.without(port, now),
              .full = lacking_.full(now)};
}

void Pool::begin(Wish wish, bool ahead, SteadyTime now) {
  const CircuitNumber number{++last_circuit_};
  actions_.emplace_back(BuildCircuit{number, wish, ahead});
  PoolCircuit circuit{.number = number, .wish = std::move(wish), .ahead = ahead};
  circuit.begun = now;
  circuit.late_at = now + PoolLimits::late;
  circuits_.push_back(std::move(circuit));
}

/// Only times to come: whatever was due at the last fact has been done then.
std::optional<SteadyTime> Pool::next_deadline() const {
  std::optional<SteadyTime> next;
  const auto consider = [&](SteadyTime time) {
    if (time > latest_ && (!next || time < *next)) next = time;
  };
  if (stopped_) return next;
  if (!requests_.empty()) {
    consider(requests_.front().deadline);
    consider(build_from_);
    for (const auto& request : requests_) consider(request.build_from);
  }
  for (const auto& request : requests_)
    if (request.carrier_until) consider(*request.carrier_until);
  if (default_hops_ >= ChooseLimits::fewest_hops) consider(ahead_from_);
  for (const auto& circuit : circuits_) {
    if (circuit.state == State::building) {
      if (!requests_.empty()) consider(circuit.late_at);
      continue;
    }
    if (circuit.clean()) {
      consider(circuit.expires);
      consider(last_request_ + PoolLimits::rest);
    }
    if (circuit.first_use) consider(*circuit.first_use + PoolLimits::dirty);
    if (circuit.asked) consider(*circuit.asked + PoolLimits::silence);
    if (!circuit.clean() && !circuit.used_now()) consider(circuit.idle_since + PoolLimits::idle);
    // Streams that nobody holds a lease for end without a word.
    if (circuit.uses == 0 && circuit.streams > 0) consider(circuit.looked + PoolLimits::idle);
  }
  return next;
}

}  // namespace qnet::path
