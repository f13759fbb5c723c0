// A directory: takes registrations, checks the relays' addresses, keeps what it has acknowledged, and signs
// what it lists. Lists show only what is durable: a crash neither takes a relay off the list nor brings an
// older descriptor back. The HTTP API and /qnet/directory/1 are two ways to it.
//
// One timer serves everything that has a time: checks, the expiry of silent relays, and the sweep.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/ip/ip_address.hpp"
#include "network/directory/exchange.hpp"
#include "network/directory_server/publisher.hpp"
#include "network/directory_server/rate_limiter.hpp"
#include "network/directory_server/row_clock.hpp"
#include "network/directory_server/store_worker.hpp"
#include "network/directory_server/turns.hpp"

namespace qnet::directory {

struct ServiceLimits {
  /// Reachability probes side by side. One that gets no answer takes up to 15 seconds, a socket, and some
  /// kilobytes.
  static constexpr std::size_t probes = 128;
  /// Relays that are measured side by side: more would measure this directory's own line.
  static constexpr std::size_t measured_at_once = 4;
  /// Relays that wait for that, each with its session from the probe. More are measured after a later check.
  static constexpr std::size_t waiting_to_be_measured = 64;
  /// Between two sweeps: old rows, and descriptors that have expired by the wall clock. Neither has a
  /// deadline by the steady clock.
  static constexpr std::chrono::seconds sweep{60};
  /// How often the result of a check is written when a heartbeat of its relay comes meanwhile. Heartbeats are
  /// 10 s apart at least: more than one during a write means that the disk cannot keep up.
  static constexpr int writes_of_a_check = 3;
  /// A start brings back the relays that were heard this long before the newest row, or later. It is longer
  /// than expiry: when a lost store is back, rows are written again one by one, and the process may stop
  /// meanwhile. Dead relays expire two minutes after the start.
  static constexpr std::chrono::minutes brought_back{15};
};

/// A relay that answered a reachability probe.
struct Found {
  ip::IpAddress at;
  /// How fast it sends, in bytes a second, or nothing; within a bounded time. It holds the probe's session.
  /// Null where nobody measures.
  std::function<net::Task<std::optional<Rate>>()> measure{};
};

struct ServiceHooks {
  /// Nothing where the descriptor's peer does not answer under its key; within a bounded time.
  std::function<net::Task<std::optional<Found>>(std::shared_ptr<const SignedDescriptor>)> probe;
  /// Null without a country database.
  std::function<std::optional<std::string>(const ip::IpAddress&)> country_of;
};

struct ServiceCounters {
  std::uint64_t registered = 0;  ///< descriptors taken and stored
  std::uint64_t heartbeats = 0;  ///< stored as well
  std::uint64_t refused = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t renewals = 0;
  std::uint64_t measured = 0;  ///< relays, as often as they were
  std::uint64_t reports = 0;   ///< of relays about others' rates
};

/// Lives on one io_context, on which every call is made.
class Service : public std::enable_shared_from_this<Service> {
 public:
  /// Loads what the store has. `random` must outlive it.
  [[nodiscard]] static base::Result<std::shared_ptr<Service>> start(
      boost::asio::io_context& io, peer::Identity identity, Roster::Options options,
      std::unique_ptr<Store> store, ServiceHooks hooks, base::RandomSource& random);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();
  /// Stops the timer, and writes what waits.
  void stop();

  /// One signed registration. Answered when it is durable.
  net::Task<Answer> submit(base::Bytes wire);
  net::Task<Answer> submit(Registration registration);
  /// Either kind of question.
  net::Task<Answer> answer(Query query);
  /// That the answer to a question about the list is given: it may be refused after all, for want of a slot.
  void count_given(const Answer& answer);
  /// What is signed now; made anew when it is due.
  net::Task<std::shared_ptr<const Publication>> publication();
  /// Drops silent relays at once; how many. Error: store_lost while nothing can be written. Nobody is dropped
  /// then: the silence may be this directory's fault.
  [[nodiscard]] base::Result<std::size_t> prune();

  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] RateLimiter& limiter() { return limiter_; }                  ///< of HTTP
  [[nodiscard]] RateLimiter& session_limiter() { return session_limiter_; }  ///< of /qnet/directory/1
  [[nodiscard]] const ServiceCounters& counters() const { return counters_; }
  /// Whether registrations can be kept now.
  [[nodiscard]] bool healthy() const { return worker_ && worker_->healthy(); }
  /// Where what belongs to this directory tells of large memory that it needs no more.
  [[nodiscard]] const std::shared_ptr<SpentMemory>& spent_memory() const { return memory_; }
  /// Healthy for so long that every living relay has been heard again, here or by another directory.
  [[nodiscard]] bool may_prune() { return healthy() && worker_->healthy_for() > RosterLimits::expiry; }

 private:
  Service(boost::asio::io_context& io, peer::Identity identity, Roster::Options options, ServiceHooks hooks,
          base::RandomSource& random);

  [[nodiscard]] Answer refuse(const base::Error& error);
  [[nodiscard]] Answer take_rates(base::ByteView wire);
  net::Task<void> keep_time();
  void advance(SteadyTime now);
  [[nodiscard]] SteadyTime next_deadline();
  void wake_if_sooner();
  net::Task<void> check(DueCheck due);
  net::Task<std::optional<Found>> probe_and_note(DueCheck due);
  net::Task<void> measure(DueCheck due, std::unique_ptr<Found> found);
  /// What was stored, if the result changes what is listed. Error: store_lost.
  net::Task<base::Result<std::optional<Record>>> store_before_listing(DueCheck due,
                                                                      const CheckResult& result);
  void load(std::vector<Record> records);
  void take_over(const std::vector<Record>& changed);

  boost::asio::io_context& io_;
  ServiceHooks hooks_;
  Roster roster_;
  std::shared_ptr<SpentMemory> memory_;
  Publisher publisher_;
  RateLimiter limiter_;
  RateLimiter session_limiter_;
  ServiceCounters counters_;
  RowClock rows_;
  std::size_t probing_ = 0;
  Turns measuring_;
  SteadyTime sweep_due_;
  boost::asio::steady_timer timer_;  // for next_deadline()
  bool stopped_ = false;
  std::unique_ptr<StoreWorker> worker_;
};

}  // namespace qnet::directory
