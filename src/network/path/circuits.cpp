#include "network/path/circuits.hpp"

#include <utility>

#include "foundation/crypto/hash.hpp"
#include "overlay/circuit/error.hpp"

namespace qnet::path {

/// One use of a circuit.
class Circuits::Use {
 public:
  Use(std::weak_ptr<Circuits> owner, CircuitNumber circuit) : owner_(std::move(owner)), circuit_(circuit) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    if (const auto owner = owner_.lock()) owner->released(circuit_, waits_);
  }

  [[nodiscard]] CircuitNumber circuit() const { return circuit_; }
  /// True at the first call.
  bool answer() const { return std::exchange(waits_, false); }

 private:
  std::weak_ptr<Circuits> owner_;
  CircuitNumber circuit_;
  mutable bool waits_ = true;
};

namespace {
SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

/// Clears a flag at the end of a scope.
using Clears = std::unique_ptr<bool, decltype([](bool* flag) { *flag = false; })>;
}  // namespace

Circuits::Circuits(const boost::asio::any_io_executor& executor, Hooks hooks, base::Result<GuardSample> kept,
                   base::RandomSource& random)
    : executor_(executor),
      hooks_(std::move(hooks)),
      random_(random),
      guards_(kept.value_or(GuardSample{}), random),
      pool_(random),
      keeping_(guards_.sample()),
      timer_(executor) {
  random_.fill(isolation_key_);
  if (!kept) no_guards_ = std::move(kept.error());
  problems_.guard_file(no_guards_);
  for (const auto& guard : guards_.status()) problems_.bias(guard.record.peer, guard.record.builds.bias());
}

/// Values that programs name may hold a password, and circuits outlive their requests.
std::string Circuits::mark_of(const std::string& isolation) const {
  const auto mark = crypto::sha256({isolation_key_, base::bytes_of(isolation)});
  return {mark.begin(), mark.end()};
}

Now Circuits::now() const { return {hooks_.now(), steady_now()}; }

void Circuits::start(std::size_t default_hops) {
  if (stopped_ || no_guards_) return;
  take_list();
  pool_.start(default_hops, steady_now());
  perform();
}

void Circuits::set_hops(std::size_t default_hops) {
  if (stopped_ || no_guards_) return;
  pool_.set_hops(default_hops, steady_now());
  perform();
}

void Circuits::stop() {
  if (std::exchange(stopped_, true)) return;
  pool_.stop();
  perform();
  if (links_) links_->stop();
  timer_.forget();
  keep_guards(true);
  // What they hold may hold this. The dial's hook stays: a coroutine of it may still run.
  hooks_.network = nullptr;
  hooks_.unsatisfied = nullptr;
  hooks_.keep = nullptr;
}

net::Task<base::Result<Circuits::Lease>> Circuits::session(CircuitWish wish,
                                                           std::shared_ptr<const EarlyRequest> early) {
  const auto self = shared_from_this();
  if (stopped_) co_return base::fail(Errc::stopped);
  if (no_guards_) co_return tl::unexpected(*no_guards_);
  look_around();
  const auto waiter = std::make_shared<Waiter>(executor_);
  waiter->early = early;
  wish.early = early != nullptr;
  wish.isolation = mark_of(wish.isolation);
  waiters_.emplace(pool_.request(std::move(wish), steady_now()), waiter);
  perform();
  co_await waiter->answered.wait();
  co_return std::move(waiter->result);
}

void Circuits::worked(const Lease& lease) {
  const auto number = lease.use->circuit();
  if (stopped_ || !lease.use->answer()) return;
  const auto found = circuits_.find(number);
  if (found != circuits_.end() && !std::exchange(found->second.proven, true)) {
    const auto& hops = found->second.hops;
    for (std::size_t i = 1; i < hops.size(); ++i) avoidance_.pair_worked(hops[i - 1], hops[i]);
    note_end(found->second, true);
    links_->proven(hops.front(), found->second.guard.get());
  }
  pool_.answered(number, steady_now());
  perform();
}

void Circuits::silent(const Lease& lease) {
  if (stopped_) return;
  blame_exit(lease.use->circuit());
  pool_.retire(lease.use->circuit(), steady_now());
  perform();
}

void Circuits::declined(const Lease& lease, Decline why, std::uint16_t port) {
  if (stopped_) return;
  worked(lease);  // it has answered, if not as was hoped
  pool_.declined(lease.use->circuit(), why, port, steady_now());
  perform();
}

void Circuits::released(CircuitNumber number, bool waited) {
  if (stopped_) return;
  look_around();
  pool_.released(number, waited, steady_now());
  perform();
}

void Circuits::network_changed() {
  if (stopped_) return;
  guards_.network_changed();
  for (auto& [number, circuit] : circuits_) circuit.excused = true;
  if (links_) links_->renew();
  pool_.network_changed(steady_now());
  perform();
}

void Circuits::renew() {
  if (stopped_) return;
  for (auto& [number, circuit] : circuits_) circuit.excused = true;
  pool_.renew(steady_now());
  perform();
}

void Circuits::network_answered() {
  if (stopped_) return;
  guards_.network_answered(now());
  update_guards();
  perform();
}

void Circuits::list_changed() {
  if (stopped_ || no_guards_ || !take_list()) return;
  pool_.reconsider(steady_now());
  perform();
}

/// Whether there is another list than before. The guards learn of it.
bool Circuits::take_list() {
  auto list = hooks_.network();
  if (!list || list == list_) return false;
  list_ = std::move(list);
  update_guards();
  return true;
}

/// What nobody tells of: when circuits were heard, and streams that have ended.
void Circuits::look_around() {
  const auto time = steady_now();
  for (const auto& [number, circuit] : circuits_) {
    if (!circuit.stands) continue;
    const auto& session = circuit.build->session();
    const bool guard_silent = links_->slow(circuit.hops.front(), time);
    pool_.look(number, {session->last_heard(), session->stream_count(), guard_silent}, time);
    // One that only lets its last streams end is alive, and takes no new ones.
    if (!session->usable()) pool_.retire(number, time);
  }
}

/// Waiting requests are served as soon as a circuit that was silent brings something, or its guard does.
void Circuits::watch_doubted() {
  if (pool_.waiting() == 0) return;
  const auto came_back = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->stopped_) return;
    self->look_around();
    self->pool_.advance(steady_now());
    self->perform();
  };
  for (const auto& circuit : pool_.circuits()) {
    const auto known = circuits_.find(circuit.number);
    if (known == circuits_.end() || !known->second.stands || !circuit.doubted(steady_now())) continue;
    known->second.build->session()->on_heard(came_back);
    links_->on_heard(known->second.hops.front(), came_back);
  }
}

/// Each call adds to what one loop carries out, also when it is made by what is called from it.
void Circuits::perform() {
  if (std::exchange(performing_, true)) return;
  {
    // Also when something is thrown: or nothing would ever be carried out again.
    const Clears clears(&performing_);
    while (const auto next = pool_.next_action())
      std::visit([this](const auto& action) { perform(action); }, *next);
  }
  if (stopped_) return;
  keep_guards(false);
  watch_doubted();
  set_timer();
}

void Circuits::perform(const CloseCircuit& action) {
  const auto closed = circuits_.extract(action.circuit);
  if (!closed.empty()) closed.mapped().build->give_up();
}

void Circuits::perform(const AnswerRequest& action) {
  const auto waiter = waiters_.extract(action.request);
  if (waiter.empty()) return;
  auto& result = waiter.mapped()->result;
  auto early = early_of(action.request, action.circuit ? std::optional(*action.circuit) : std::nullopt);
  const auto found = action.circuit ? circuits_.find(*action.circuit) : circuits_.end();
  if (found != circuits_.end()) {
    const auto& circuit = found->second;
    links_->asked(circuit.hops.front(), false, steady_now());
    auto use = std::make_shared<const Use>(weak_from_this(), *action.circuit);
    result = Lease{circuit.build->session(), circuit.hops.back(), std::move(use), std::move(early)};
  } else if (action.circuit) {
    result = base::fail(circuit::Errc::ended);  // it has ended since the pool chose it
  } else {
    result = tl::unexpected(action.circuit.error());
  }
  waiter.mapped()->answered.notify();
}

void Circuits::perform(const BlameExit& action) { blame_exit(action.circuit); }

void Circuits::set_timer() {
  if (no_guards_) return;
  auto next = guards_.next_deadline();
  for (const auto& other : {pool_.next_deadline(), keeping_.next_deadline()})
    if (other) next = std::min(next.value_or(*other), *other);
  timer_.follow(next, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->at_deadline();
  });
}

void Circuits::at_deadline() {
  if (stopped_) return;
  look_around();
  update_guards();
  dial_due_guards();
  pool_.advance(steady_now());
  perform();
}

}  // namespace qnet::path
