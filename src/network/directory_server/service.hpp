// A directory: takes registrations, checks the relays' addresses, keeps what it has acknowledged, and signs
// what it lists. A relay is listed when its row says so on the disk, not before: a crash takes nobody off the
// list. The HTTP API and /qnet/directory/1 are two ways to it.
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

namespace qnet::directory {

struct ServiceLimits {
  /// Doors knocked at side by side. One that never answers takes up to 15 seconds, a socket, and some
  /// kilobytes.
  static constexpr std::size_t probes = 128;
  static constexpr std::chrono::milliseconds look_for_checks{200};
  /// Heartbeats of one relay that may come, each after the last, while the outcome of its check is written.
  /// They come 10 s apart at least: more than one means that the disk cannot keep up.
  static constexpr int writes_of_a_check = 3;
  /// At a start, who was heard of this long before the newest row or later is brought back. Longer than
  /// expiry: rows are written again one by one when a store that was lost is back, and a stop may come
  /// between. Who is dead expires in two minutes.
  static constexpr std::chrono::minutes brought_back{15};
};

/// What came of a visit to a relay's address.
struct ProbeResult {
  bool answered = false;            ///< by the very peer that signed the descriptor
  std::optional<ip::IpAddress> at;  ///< the very address that answered
};

struct ServiceHooks {
  /// Whether the relay answers there under its key, within a bounded time.
  std::function<net::Task<ProbeResult>(std::shared_ptr<const SignedDescriptor>)> probe;
  /// Null without a country database.
  std::function<std::optional<std::string>(const ip::IpAddress&)> country_of;
};

struct ServiceCounters {
  std::uint64_t registered = 0;  ///< descriptors taken
  std::uint64_t heartbeats = 0;
  std::uint64_t refused = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t renewals = 0;
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
  /// Stops the timers, and writes what waits.
  void stop();

  /// One signed registration. Answered when it is durable.
  net::Task<Answer> submit(base::Bytes wire);
  net::Task<Answer> submit(Registration registration);
  /// Either kind of question.
  net::Task<Answer> answer(Query query);
  /// What is signed now; made anew when it is due.
  net::Task<std::shared_ptr<const Publication>> publication();
  /// Drops the silent at once; how many. store_lost while nothing can be written down: a relay's silence may
  /// be ours then, and nobody is dropped.
  [[nodiscard]] base::Result<std::size_t> prune();

  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] RateLimiter& limiter() { return limiter_; }                  ///< of HTTP
  [[nodiscard]] RateLimiter& session_limiter() { return session_limiter_; }  ///< of /qnet/directory/1
  [[nodiscard]] const ServiceCounters& counters() const { return counters_; }
  /// Whether registrations can be kept now.
  [[nodiscard]] bool healthy() const { return worker_ && worker_->healthy(); }
  /// Healthy, and for so long that whoever lives has been heard again, here or at another directory.
  [[nodiscard]] bool may_prune() { return healthy() && worker_->healthy_for() > RosterLimits::expiry; }

 private:
  Service(boost::asio::io_context& io, peer::Identity identity, Roster::Options options, ServiceHooks hooks,
          base::RandomSource& random);

  [[nodiscard]] Answer refuse(const base::Error& error);
  net::Task<void> keep_pruned();
  net::Task<void> keep_checked();
  net::Task<void> check(DueCheck due);
  net::Task<void> probe_and_note(DueCheck due);
  /// What was stored, if the visit changes what is listed. Error: store_lost.
  net::Task<base::Result<std::optional<Record>>> store_before_listing(DueCheck due, const Visit& visit);
  void load(std::vector<Record> records);
  void take_over(const std::vector<Record>& changed);

  boost::asio::io_context& io_;
  ServiceHooks hooks_;
  Roster roster_;
  Publisher publisher_;
  RateLimiter limiter_;
  RateLimiter session_limiter_;
  ServiceCounters counters_;
  RowClock rows_;
  std::size_t probing_ = 0;
  boost::asio::steady_timer prune_timer_;
  boost::asio::steady_timer check_timer_;
  bool stopped_ = false;
  std::unique_ptr<StoreWorker> worker_;
};

}  // namespace qnet::directory
