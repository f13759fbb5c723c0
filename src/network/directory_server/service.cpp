#include "network/directory_server/service.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "network/directory/clock.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Service::Service(asio::io_context& io, peer::Identity identity, Roster::Options options, ServiceHooks hooks,
                 base::RandomSource& random)
    : io_(io),
      hooks_(std::move(hooks)),
      roster_(options),
      memory_(std::make_shared<SpentMemory>(io.get_executor())),
      publisher_(io.get_executor(), std::move(identity), roster_, memory_),
      limiter_(random),
      session_limiter_(random),
      rows_(wall_now(), steady_now()),
      measuring_(io.get_executor(), ServiceLimits::measured_at_once, ServiceLimits::waiting_to_be_measured),
      sweep_due_(steady_now() + ServiceLimits::sweep),
      timer_(io) {}

Service::~Service() = default;

base::Result<std::shared_ptr<Service>> Service::start(asio::io_context& io, peer::Identity identity,
                                                      Roster::Options options, std::unique_ptr<Store> store,
                                                      ServiceHooks hooks, base::RandomSource& random) {
  auto records = store->load();
  if (!records) return base::forward_error(records);
  std::shared_ptr<Service> service(new Service(io, std::move(identity), options, std::move(hooks), random));
  service->load(std::move(*records));
  service->worker_ = std::make_unique<StoreWorker>(
      io, std::move(store), [weak = std::weak_ptr(service)](const std::vector<Record>& changed) {
        if (const auto self = weak.lock()) self->take_over(changed);
      });
  // It holds the service: one that is stopped and let go before this begins must not be gone then.
  asio::co_spawn(io, [service] { return service->keep_time(); }, asio::detached);
  return service;
}

/// Brings back the relays that lived at the time of the newest row, and remembers the others' numbers.
void Service::load(std::vector<Record> records) {
  const auto wall = wall_now();
  WallTime newest{};
  for (const auto& record : records) {
    rows_.heard(record.last_seen, wall, steady_now());
    // One row that was written while a clock ran ahead must not make all others look old.
    if (record.last_seen <= wall + RowClock::skew) newest = std::max(newest, record.last_seen);
  }
  // The oldest first: when there are too many numbers to remember, the oldest go.
  std::ranges::sort(records, {}, &Record::last_seen);
  for (const auto& record : records) {
    if (record.departed || record.last_seen >= newest - ServiceLimits::brought_back)
      roster_.restore(record, steady_now());
    else
      roster_.remember(record, steady_now());
  }
  std::size_t bytes = 0;
  for (const auto& record : records) bytes += sizeof(record) + record.descriptor.size();
  memory_->add(bytes);
}

/// A store may give rows again that it gave long ago (postgres_store.cpp). They must not bring back a relay
/// that this directory has forgotten meanwhile with its number.
void Service::take_over(const std::vector<Record>& changed) {
  const auto wall = wall_now();
  const auto now = steady_now();
  for (const auto& record : changed) {
    const bool forgotten = roster_.find(record.peer) == nullptr && rows_.is_stale(record.last_seen, now);
    // What this process wrote itself, by its own clock, is no news and says nothing about the time.
    if (!forgotten && roster_.restore(record, now)) rows_.heard(record.last_seen, wall, now);
  }
  wake_if_sooner();
}

void Service::stop() {
  stopped_ = true;
  timer_.cancel();
  measuring_.stop();
  memory_->stop();
  worker_.reset();
}

Answer Service::refuse(const base::Error& error) {
  ++counters_.refused;
  auto answer = refusal(error);
  if (answer.status == Status::failed) spdlog::error("a registration had no answer: {}", error.message());
  return answer;
}

net::Task<Answer> Service::submit(base::Bytes wire) {
  auto registration = Registration::parse(wire);
  if (!registration) co_return refuse(registration.error());
  co_return co_await submit(std::move(*registration));
}

net::Task<Answer> Service::submit(Registration registration) {
  const auto self = shared_from_this();
  if (!healthy()) {
    // It lives. That this directory cannot store it must not make it expire.
    roster_.note_alive(registration, wall_now(), steady_now());
    co_return refuse(Errc::store_lost);
  }
  auto record = roster_.take(registration, wall_now(), steady_now());
  if (!record) co_return refuse(record.error());
  Answer answer;
  answer.status = Status::ok;
  if (!*record) co_return answer;
  wake_if_sooner();
  const bool listed = (*record)->checked;
  if (!listed && registration.purpose == Purpose::alive) answer.status = Status::accepted;
  // Heartbeats, too: a copy of one must not count again after a crash, and a transaction has room for many.
  const auto saved = co_await worker_->save(std::move(**record));
  if (!saved) co_return refuse(saved.error());
  ++(registration.descriptor ? counters_.registered : counters_.heartbeats);
  roster_.stored(registration.peer.key(), registration.descriptor_digest, steady_now());
  co_return answer;
}

Answer Service::take_rates(base::ByteView wire) {
  const auto report = RateReport::parse(wire);
  if (!report) return refuse(report.error());
  if (auto taken = roster_.take(*report, wall_now(), steady_now()); !taken) return refuse(taken.error());
  ++counters_.reports;
  Answer answer;
  answer.status = Status::ok;
  return answer;
}

net::Task<Answer> Service::answer(Query query) {
  if (query.kind == Query::Kind::registration) co_return co_await submit(std::move(query.payload));
  if (query.kind == Query::Kind::rates) co_return take_rates(query.payload);
  const auto self = shared_from_this();
  const auto now = co_await publication();
  Answer answer;
  answer.header = now->header;
  answer.status = std::ranges::equal(query.payload, now->digest) ? Status::not_modified : Status::ok;
  if (answer.status == Status::ok) answer.list = now->list;
  co_return answer;
}

void Service::count_given(const Answer& answer) {
  if (answer.status == Status::ok && answer.list) ++counters_.snapshots;
  if (answer.status == Status::not_modified) ++counters_.renewals;
}

net::Task<std::shared_ptr<const Publication>> Service::publication() {
  const auto self = shared_from_this();
  co_return co_await publisher_.current();
}

base::Result<std::size_t> Service::prune() {
  if (!healthy()) return base::fail(Errc::store_lost);
  worker_->forget_old();
  return roster_.prune(wall_now(), steady_now());
}

net::Task<void> Service::keep_time() {
  const auto self = shared_from_this();
  while (!stopped_) {
    advance(steady_now());
    timer_.expires_at(next_deadline());
    (void)co_await timer_.async_wait(kAwait);
  }
}

void Service::advance(SteadyTime now) {
  const bool sweeps = now >= sweep_due_;
  if (sweeps) sweep_due_ = now + ServiceLimits::sweep;
  if (may_prune()) {
    if (sweeps)
      (void)prune();
    else
      roster_.drop_silent(now);
  }
  for (const auto& due : roster_.due_for_check(now, ServiceLimits::probes - probing_)) {
    ++probing_;
    asio::co_spawn(io_, [self = shared_from_this(), due] { return self->check(due); }, asio::detached);
  }
}

/// While all probes run, the end of one wakes the timer. While nobody may be pruned, the sweep looks again.
SteadyTime Service::next_deadline() {
  auto next = sweep_due_;
  if (probing_ < ServiceLimits::probes) next = std::min(next, roster_.next_check().value_or(next));
  if (may_prune()) next = std::min(next, roster_.next_expiry().value_or(next));
  return next;
}

/// After every change. A deadline that has moved into the future is found when the timer fires.
void Service::wake_if_sooner() {
  if (!stopped_ && next_deadline() < timer_.expiry()) timer_.cancel();
}

net::Task<void> Service::check(DueCheck due) {
  const auto done = [this](const void*) {
    --probing_;
    wake_if_sooner();
  };
  // Whatever happens: a slot that is never given back is one probe less, for good.
  std::unique_ptr<const void, decltype(done)> slot(this, done);
  auto found = co_await probe_and_note(due);
  // Checks do not wait for measures.
  slot.reset();
  if (found && found->measure && roster_.measure_due(due, steady_now()))
    co_await measure(due, std::make_unique<Found>(std::move(*found)));
}

net::Task<std::optional<Found>> Service::probe_and_note(DueCheck due) {
  const auto* const entry = roster_.find(due.peer);
  if (entry == nullptr || entry->endpoint_id != due.endpoint_id) co_return std::nullopt;
  const auto descriptor = std::make_shared<const SignedDescriptor>(entry->latest());
  auto found = co_await hooks_.probe(descriptor);
  CheckResult result;
  result.answered = found.has_value();
  if (found) {
    result.at = ip::client_prefix(found->at);
    result.address = found->at;
    if (hooks_.country_of)
      if (auto code = hooks_.country_of(found->at))
        result.country = {std::move(*code), CountrySource::database};
  }
  const auto stored = co_await store_before_listing(due, result);
  if (!stored) {
    roster_.check_again(due, steady_now());
    co_return std::nullopt;
  }
  auto record = roster_.checked(due, result, steady_now());
  if (record && record != *stored && worker_) worker_->save_later(std::move(*record));
  co_return found;
}

net::Task<void> Service::measure(DueCheck due, std::unique_ptr<Found> found) {
  const auto turn = co_await measuring_.take();
  if (!turn || stopped_) co_return;
  const auto rate = co_await found->measure();
  if (stopped_) co_return;
  if (rate) ++counters_.measured;
  roster_.measured(due, rate, steady_now());
}

net::Task<base::Result<std::optional<Record>>> Service::store_before_listing(DueCheck due,
                                                                             const CheckResult& result) {
  for (int left = ServiceLimits::writes_of_a_check; left > 0; --left) {
    auto record = roster_.listed_by(due, result);
    if (!record) co_return std::optional<Record>();
    if (!worker_) break;
    const auto digest = roster_.find(due.peer)->latest().digest();
    const auto saved = co_await worker_->save(*record);
    if (!saved) break;
    roster_.stored(due.peer, digest, steady_now());
    // A heartbeat that came meanwhile was written behind it, as of a relay that is not listed.
    const auto* const entry = roster_.find(due.peer);
    if (entry == nullptr || entry->sequence == record->sequence) co_return record;
  }
  co_return base::fail(Errc::store_lost);
}

}  // namespace qnet::directory
