// Keeps a relay's gate supplied with profiles of its cover origin: those on disk at once, new ones at start
// and every hour (design §3.1).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "node/mirror_store.hpp"
#include "transport/htx/gate.hpp"

namespace qnet::node {

struct KeeperLimits {
  static constexpr std::chrono::minutes interval = std::chrono::minutes(60);
  static constexpr std::chrono::seconds first_retry = std::chrono::seconds(5);
};

/// What a keeper knows of its mirror.
struct MirrorFacts {
  bool ready = false;                           ///< the gate has a profile, so peers are answered
  std::chrono::system_clock::time_point since;  ///< when `ready` last changed
  std::optional<base::Error> problem;           ///< why the last measurement failed
  /// When the profiles in use were measured; nothing without any.
  std::optional<std::chrono::system_clock::time_point> measured;
};

/// Lives on one io_context. The gate and the source of randomness must outlive it.
class MirrorKeeper : public std::enable_shared_from_this<MirrorKeeper> {
 public:
  MirrorKeeper(const boost::asio::any_io_executor& executor, CoverOrigin origin,
               const std::filesystem::path& state_dir, htx::Gate& gate, base::RandomSource& random);

  /// `unsuitable` is called when the origin can never be mirrored and there is no older profile: once.
  void start(std::function<void(base::Error)> unsuitable);
  void stop();

  [[nodiscard]] MirrorFacts facts() const;

 private:
  net::Task<void> keep();
  net::Task<bool> measure();
  net::Task<void> measure_idle();
  net::Task<void> measure_stall();
  /// Changes every profile that is in use.
  void update(const std::function<void(htx::MirrorProfile&)>& change);
  void use(std::vector<htx::MirrorProfile> profiles);

  CoverOrigin origin_;
  MirrorStore store_;
  htx::Gate& gate_;
  base::RandomSource& random_;
  boost::asio::steady_timer timer_;
  std::function<void(base::Error)> unsuitable_;
  std::optional<base::Error> problem_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  bool stopped_ = false;
};

}  // namespace qnet::node
