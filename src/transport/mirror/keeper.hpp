// Keeps a relay's gate supplied with profiles of its cover origin: those on disk at once, new ones at start
// and every hour (design §3.1).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "transport/htx/gate.hpp"
#include "transport/mirror/profile_store.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

struct KeeperTimes {
  std::chrono::milliseconds interval = std::chrono::minutes(60);
  std::chrono::milliseconds first_retry = std::chrono::seconds(5);
  VisitTimes visit{};
};

/// What a keeper knows of its mirror.
struct KeeperFacts {
  bool ready = false;                           ///< the gate has a profile, so peers are answered
  std::chrono::system_clock::time_point since;  ///< when `ready` last changed
  std::optional<base::Error> problem;           ///< why the last measurement failed
  /// When the profiles in use were measured; nothing without any.
  std::optional<std::chrono::sys_seconds> measured;
};

/// Lives on one io_context. The gate and the source of randomness must outlive it.
class Keeper : public std::enable_shared_from_this<Keeper> {
 public:
  Keeper(const boost::asio::any_io_executor& executor, CoverOrigin origin,
         const std::filesystem::path& state_dir, htx::Gate& gate, base::RandomSource& random,
         const KeeperTimes& times = {});

  /// `unsuitable` is called when the origin can never be mirrored and there is no older profile: once.
  /// `looked` is called once, here or later: when peers can be answered, or the first measurement has failed.
  void start(std::function<void(base::Error)> unsuitable, std::function<void()> looked = [] {});
  void stop();

  [[nodiscard]] KeeperFacts facts() const;

 private:
  net::Task<void> keep();
  void say_looked();
  /// False when it is to be tried again soon.
  net::Task<bool> measure();
  net::Task<void> measure_idle();
  net::Task<void> measure_stall();
  net::Task<bool> measure_tolerance(std::vector<htx::MirrorProfile>& profiles);
  net::Task<void> measure_tolerance_again();
  net::Task<base::Result<htx::Tolerance>> tolerance_of(const htx::MirrorProfile& profile);
  /// The origin can never be mirrored, and nothing older serves.
  void refuse_origin(const base::Error& problem);
  /// Changes every profile that is in use.
  void update(const std::function<void(htx::MirrorProfile&)>& change);
  void use(std::vector<htx::MirrorProfile> profiles);

  CoverOrigin origin_;
  ProfileStore store_;
  htx::Gate& gate_;
  base::RandomSource& random_;
  KeeperTimes times_;
  boost::asio::steady_timer timer_;
  std::function<void(base::Error)> unsuitable_;
  std::function<void()> looked_;  // null when it was called
  std::optional<base::Error> problem_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  bool told_of_template_ = false;  // that one could not be measured: told once
  bool measures_idle_ = false;     // these go on for minutes, beside retries
  bool measures_stall_ = false;
  bool measures_tolerance_ = false;
  bool tolerance_known_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::mirror
