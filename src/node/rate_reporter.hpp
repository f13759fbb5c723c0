// Measures a few other relays now and then, and has this relay's directories told (docs/spec/directory.md
// §8).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "network/directory/rate_report.hpp"

namespace qnet::node {

struct RateReporterLimits {
  /// Of one round, drawn by lot from the whole list: which relays it measures tells nothing of its circuits.
  std::size_t relays = 8;
  /// Between two rounds, and half of it before the first.
  std::chrono::milliseconds round = std::chrono::minutes(60);
  std::chrono::milliseconds round_jitter = std::chrono::minutes(15);
  /// Between two relays of one round.
  std::chrono::milliseconds pause = std::chrono::seconds(60);
  std::chrono::milliseconds pause_jitter = std::chrono::seconds(50);
};

/// Lives on one io_context.
class RateReporter : public std::enable_shared_from_this<RateReporter> {
 public:
  struct Hooks {
    /// So many other relays by lot, or all that there are.
    std::function<std::vector<peer::PeerId>(std::size_t)> draw;
    /// How fast one sends, in bytes a second; nothing when it cannot be reached, or gives nothing.
    std::function<net::Task<std::optional<std::uint64_t>>(peer::PeerId)> measure;
    std::function<net::Task<void>(std::vector<directory::RelayRate>)> report;
  };

  /// `random` must outlive it.
  [[nodiscard]] static std::shared_ptr<RateReporter> start(const boost::asio::any_io_executor& executor,
                                                           Hooks hooks, base::RandomSource& random,
                                                           RateReporterLimits limits = {});
  void stop();

 private:
  RateReporter(const boost::asio::any_io_executor& executor, Hooks hooks, base::RandomSource& random,
               RateReporterLimits limits)
      : hooks_(std::move(hooks)), random_(random), limits_(limits), timer_(executor) {}
  net::Task<void> keep_reporting();
  net::Task<std::vector<directory::RelayRate>> measure_some();
  net::Task<void> wait(std::chrono::milliseconds time);

  Hooks hooks_;
  base::RandomSource& random_;
  RateReporterLimits limits_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace qnet::node
