// How circuits are built, and what their end says of guards, pairs and relays.
#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "network/path/circuits.hpp"
#include "overlay/circuit/error.hpp"

namespace qnet::path {

namespace {
SteadyTime steady_now() { return std::chrono::steady_clock::now(); }
}  // namespace

/// A guard that has not answered for a while, or through which all hops refuse, is used after the others.
GuardChoice Circuits::guards_in_order(SteadyTime time) const {
  auto choice = guards_.choice(now());
  std::vector<GuardOffer> ordered;
  const auto later = [&](const peer::PeerId& guard) {
    return (links_ && links_->slow(guard, time)) || problems_.all_refuse_through(guard, time);
  };
  for (const bool last : {false, true})
    for (const auto& offer : choice.usable)
      if (later(offer.peer) == last) ordered.push_back(offer);
  choice.usable = std::move(ordered);
  return choice;
}

std::vector<Underway> Circuits::underway() const {
  std::vector<Underway> all;
  for (const auto& [number, circuit] : circuits_)
    if (!circuit.stands) all.push_back({circuit.hops, circuit.build->established()});
  return all;
}

GuardLinks::Hooks Circuits::guard_hooks() {
  GuardLinks::Hooks hooks;
  hooks.dial = hooks_.dial;
  hooks.begun = [weak = weak_from_this()](const peer::PeerId& guard) {
    if (const auto self = weak.lock()) self->guards_.begun(guard);
  };
  hooks.stands = [weak = weak_from_this()](const peer::PeerId& guard) {
    if (const auto self = weak.lock()) self->guard_stands(guard);
  };
  hooks.over = [weak = weak_from_this()](const peer::PeerId& guard, bool well) {
    if (const auto self = weak.lock()) self->guard_dialled(guard, well);
  };
  return hooks;
}

void Circuits::perform(const BuildCircuit& action) {
  if (!links_) links_ = std::make_shared<GuardLinks>(executor_, guard_hooks());
  take_list();
  if (!list_) {
    hooks_.unsatisfied();
    return not_built(action.circuit, Errc::no_list);
  }
  const auto time = now();
  auto planned = plan(*list_, guards_in_order(time.steady), avoidance_, underway(), time, action.wish,
                      action.ahead, random_);
  if (!planned) {
    hooks_.unsatisfied();
    const auto again = planned.error().is(Errc::no_guard) ? guards_.next_chance() : std::nullopt;
    return not_built(action.circuit, std::move(planned.error()), again);
  }
  const auto port = action.wish.port.value_or(0);
  const bool by_port =
      !is_usual_port(port) && std::ranges::find(planned->exit.ports, port) != planned->exit.ports.end();
  circuits_.emplace(
      action.circuit,
      Circuit{.hops = planned->hops, .build = std::make_shared<CircuitBuild>(executor_), .by_port = by_port});
  const bool ready = links_->connected(planned->hops.front());
  const auto late = ready ? build_times_[planned->hops.size()].usual() : PoolLimits::late;
  pool_.chosen(action.circuit, planned->exit, late, time.steady);
  boost::asio::co_spawn(
      executor_,
      [self = shared_from_this(), number = action.circuit, kept = std::move(*planned)]() mutable {
        return self->build(number, std::move(kept));
      },
      boost::asio::detached);
}

void Circuits::not_built(CircuitNumber number, base::Error error, std::optional<SteadyTime> again,
                         bool blamed) {
  problems_.failed(error);
  circuits_.erase(number);
  pool_.failed(number, error, steady_now(), again, blamed);
}

net::Task<void> Circuits::build(CircuitNumber number, Plan plan) {
  const auto self = shared_from_this();
  const auto found = circuits_.find(number);
  if (stopped_ || found == circuits_.end()) co_return;
  const auto build = found->second.build;
  const auto guard = co_await links_->session(plan.hops.front(), plan.attempt, plan.guard);
  if (stopped_ || build->given_up()) co_return;
  if (!guard) {
    not_built(number, guard.error());
    co_return perform();
  }
  const auto begun = steady_now();
  links_->asked(plan.hops.front(), true, begun);
  const auto time_out = build_times_[plan.hops.size()].time_out();
  carry_early(number);
  if (stopped_ || build->given_up()) co_return;
  const auto time = clocks_.time(plan.hops.front(), links_->time_told_by(plan.hops.front()), now());
  auto done = co_await build->run(*guard, plan.behind, time, time_out, random_);
  if (stopped_ || build->given_up()) co_return;
  // A hop may have sent rubbish right behind the last answer: the session can be over before this resumes.
  if (done && !build->session()->usable()) done = base::fail(circuit::Errc::ended);
  if (done)
    built(number, plan, *guard, std::chrono::ceil<std::chrono::milliseconds>(steady_now() - begun));
  else
    build_failed(number, plan, done.error(), begun);
  perform();
}

void Circuits::built(CircuitNumber number, const Plan& plan, GuardLinks::SessionPointer guard,
                     std::chrono::milliseconds time) {
  avoidance_.found_path();
  auto& circuit = circuits_.at(number);
  if (!circuit.by_port) build_times_[plan.hops.size()].built_in(time);
  problems_.built(plan.hops.front(), steady_now());
  circuit.guard = std::move(guard);
  circuit.stands = true;
  circuit.built_in = time;
  const auto session = circuit.build->session();
  pool_.built(number, steady_now());
  session->on_end([weak = weak_from_this(), number] {
    if (const auto self = weak.lock()) self->circuit_ended(number);
  });
}

/// A guard that was not heard meanwhile says nothing of those behind it.
void Circuits::build_failed(CircuitNumber number, const Plan& plan, base::Error error, SteadyTime begun) {
  const auto& circuit = circuits_.at(number);
  const auto build = circuit.build;
  const auto& hops = plan.hops;
  const auto last = std::min(build->established(), hops.size() - 2);
  const bool refused = error.is(circuit::Errc::hop_refused) && last == 0;
  if (refused) clocks_.refused(hops.front());
  const bool ours = refused && problems_.refused(list_->table, hops.front(), hops[1], steady_now());
  if (ours || problems_.all_refuse_through(hops.front(), steady_now())) hooks_.unsatisfied();
  const bool blamed = !ours && links_->heard_since(hops.front(), begun);
  if (ours) {
    // Nobody else is to blame.
  } else if (blamed) {
    if (circuit.by_port && last + 2 == hops.size())
      avoidance_.relay_failed(hops.back(), steady_now());
    else
      avoidance_.pair_failed(hops[last], hops[last + 1], steady_now());
    auto& times = build_times_[hops.size()];
    if (!circuit.by_port && build->timed_out()) times.timed_out();
    if (!circuit.by_port && !build->timed_out()) times.failed_in_time();
    note_end(circuit, false);
  } else if (!links_->connected(hops.front()) && !links_->slow(hops.front(), steady_now())) {
    // A guard that ends its session rather than the circuit is counted all the same; a line that is dead is
    // not.
    note_end(circuit, false);
  }
  if (build->timed_out()) error = Errc::timed_out;
  not_built(number, std::move(error), {}, blamed);
}

/// Nobody here has ended it.
void Circuits::circuit_ended(CircuitNumber number) {
  const auto ended = circuits_.extract(number);
  if (ended.empty() || stopped_) return;
  const auto& circuit = ended.mapped();
  // Where the guard's session has ended as well, nobody behind it is to blame.
  if (circuit.guard->usable()) {
    blame_pairs(circuit);
    if (!circuit.proven) note_end(circuit, false);
  }
  if (circuit.proven && circuit.build->session()->stream_count() > 0) note_cut(circuit);
  pool_.ended(number, steady_now());
  perform();
}

/// A page that makes the client ask for an unusual port has chosen the exit, which can fail as often as it
/// likes: such circuits are in no count of the guard's. The guard does not know the port, and so not which
/// they are.
void Circuits::note_end(const Circuit& circuit, bool reached_exit) {
  const auto& guard = circuit.hops.front();
  if (!circuit.by_port) problems_.bias(guard, guards_.circuit_ended(guard, reached_exit));
}

/// A guard may let a circuit work, and cut it when it has seen where it ends. It may end its whole session
/// for that: then all circuits over it count as one, as a line that breaks does the same. A line that was
/// silent before, or a network that was left, says nothing.
void Circuits::note_cut(const Circuit& circuit) {
  const auto& session = circuit.guard;
  if (circuit.excused || circuit.by_port) return;
  if (!session->usable()) {
    if (steady_now() - session->last_heard() >= PoolLimits::dead_guard) return;
    for (auto& [number, other] : circuits_) other.excused = other.excused || other.guard == session;
  }
  problems_.bias(circuit.hops.front(), guards_.circuit_cut(circuit.hops.front()));
}

/// Where the exit was chosen by its port, the others would be suspected as often as somebody likes, and at
/// last be left out of the draw for all other requests.
void Circuits::blame_pairs(const Circuit& circuit) {
  if (circuit.by_port) return;
  for (std::size_t i = 1; i < circuit.hops.size(); ++i)
    avoidance_.pair_suspected(circuit.hops[i - 1], circuit.hops[i], steady_now());
}

/// It had answered once. Any hop before it may have kept its bytes, so the pairs are avoided too.
void Circuits::blame_exit(CircuitNumber number) {
  const auto found = circuits_.find(number);
  if (found == circuits_.end()) return;
  if (!links_->connected(found->second.hops.front())) return;
  avoidance_.relay_failed(found->second.hops.back(), steady_now());
  blame_pairs(found->second);
}

}  // namespace qnet::path
