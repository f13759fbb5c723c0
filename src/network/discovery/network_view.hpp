// What this node knows of the network: the relays that a majority of its operators list (design §5). From
// disk at once, then from the operators, again each hour.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/base/retry.hpp"
#include "network/discovery/exchange.hpp"
#include "network/discovery/votes.hpp"

namespace qnet::discovery {

struct ViewLimits {
  static constexpr std::size_t operators = 9;
  static constexpr std::chrono::milliseconds refresh{3'600'000};
  /// Added or taken: an hour's rhythm would be seen on the wire.
  static constexpr std::chrono::milliseconds jitter{900'000};
  /// After a refresh that led to no agreement, or to one without a single exit.
  static constexpr std::chrono::milliseconds first_retry{2'000};
  static constexpr std::chrono::milliseconds last_retry{300'000};
  /// Between two refreshes when paths fail; where exits are known twice as long each time, up to the last
  /// retry's pause, as long as that finds no others.
  static constexpr std::chrono::milliseconds shortest{10'000};
  /// One operator that answers slowly, or not at all, must not keep the others from being asked again.
  static constexpr std::chrono::milliseconds round{30'000};
  /// How long a node that knows nobody waits for its operators before it makes do with them themselves.
  static constexpr std::chrono::milliseconds longest_wait{1'500};
};

/// Lives on one io_context. `random` must outlive it.
class NetworkView : public std::enable_shared_from_this<NetworkView> {
 public:
  struct Summary {
    std::size_t relays = 0;
    std::size_t exits = 0;
    std::map<std::string, std::size_t> countries;  ///< "" for unknown
    std::size_t operators = 0;
    std::size_t agreeing = 0;                                    ///< that gave a list
    std::optional<std::chrono::system_clock::time_point> as_of;  ///< the newest header that it rests on
    std::string problem;                                         ///< one sentence, or empty
  };

  NetworkView(const boost::asio::any_io_executor& executor, std::vector<peer::Invite> operators,
              const std::filesystem::path& folder, AskOperator ask, base::RandomSource& random);

  /// `changed` is called whenever exits() or settled() has changed, until stop().
  void start(std::function<void()> changed);
  void stop();
  /// Does not wait for the next hour: a path has failed. Not sooner than about ViewLimits::shortest after the
  /// last.
  void refresh_soon();

  /// The relays with an exit whose signatures nobody has checked yet: verify() the one that is dialled.
  [[nodiscard]] const std::vector<directory::Listed>& exits() const { return exits_; }
  /// Whether there is nothing more to wait for before the operators themselves are used.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] const Summary& summary() const { return summary_; }

 private:
  void load();
  net::Task<void> keep_fresh();
  net::Task<void> refresh();
  net::Task<void> query(std::size_t index);
  net::Task<base::Result<void>> try_query(std::size_t index);
  bool agree_again();
  [[nodiscard]] std::chrono::milliseconds next_pause();
  net::Task<void> rest(std::chrono::milliseconds pause);
  [[nodiscard]] bool must_hurry() const;
  void note_operators(Summary& summary) const;
  void settle();

  boost::asio::any_io_executor executor_;
  std::vector<peer::Invite> operators_;
  std::vector<std::string> problems_;  // of each operator's last question; empty when it was answered
  std::vector<bool> asking_;           // of each operator: a question is under way
  Votes votes_;
  SnapshotFiles files_;
  AskOperator ask_;
  base::RandomSource& random_;
  std::function<void()> changed_;
  std::vector<directory::Listed> exits_;
  Summary summary_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer longest_wait_;
  boost::asio::steady_timer hurry_timer_;
  boost::asio::steady_timer all_answered_;
  base::Backoff retry_{ViewLimits::first_retry, ViewLimits::last_retry};
  base::Backoff hurried_{ViewLimits::shortest, ViewLimits::last_retry};
  std::chrono::steady_clock::time_point refreshed_{};                 // when the last refresh began
  std::optional<std::chrono::steady_clock::time_point> hurry_until_;  // when somebody wants the next one
  bool settled_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::discovery
