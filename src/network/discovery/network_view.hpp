// What this node knows of the network: the relays that a majority of its operators list (design §5). It reads
// the last lists from disk at once, then asks the operators, again each hour.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/discovery/exchange.hpp"
#include "network/discovery/refresh_schedule.hpp"
#include "network/discovery/votes.hpp"

namespace qnet::discovery {

struct ViewLimits {
  static constexpr std::size_t operators = 9;
  /// One operator that answers slowly, or not at all, must not keep the others from being asked again.
  static constexpr std::chrono::milliseconds round{30'000};
  /// How long a node that knows no relay waits for lists before it uses the operators themselves.
  static constexpr std::chrono::milliseconds longest_wait{1'500};
};

/// Lives on one io_context. `random` must outlive it.
class NetworkView : public std::enable_shared_from_this<NetworkView> {
 public:
  using Relays = std::vector<directory::Listed>;
  struct Summary {
    std::size_t relays = 0;
    std::size_t exits = 0;
    std::map<std::string, std::size_t> countries;  ///< "" for unknown
    std::size_t operators = 0;
    std::size_t measured = 0;                       ///< relays of which a rate is known
    std::size_t agreeing = 0;                       ///< that gave a list
    std::optional<std::chrono::sys_seconds> as_of;  ///< the newest header that it rests on
    std::string problem;                            ///< one sentence, or empty
  };

  NetworkView(const boost::asio::any_io_executor& executor, std::vector<peer::Invite> operators,
              const std::filesystem::path& folder, AskOperator ask, base::RandomSource& random);

  /// `changed` is called whenever relays() or settled() has changed, until stop().
  void start(std::function<void()> changed);
  void stop();
  /// A path has failed: the next refresh does not wait for its hour (RefreshSchedule::hurry()).
  void refresh_soon();

  /// All relays of the last agreement, in the order of their keys; never null. A new list is a new object,
  /// and an object never changes: any thread may keep one and read it. Signatures are not verified yet:
  /// verify() the one that is dialled.
  [[nodiscard]] const std::shared_ptr<const Relays>& relays() const { return relays_; }
  /// Those of them with an exit.
  [[nodiscard]] const Relays& exits() const { return exits_; }
  /// Whether the operators themselves may be used: there is nothing more to wait for.
  [[nodiscard]] bool settled() const { return settled_; }
  [[nodiscard]] const Summary& summary() const { return summary_; }

 private:
  void load();
  net::Task<void> keep_fresh();
  net::Task<void> refresh();
  net::Task<void> query(std::size_t index);
  net::Task<base::Result<void>> try_query(std::size_t index);
  /// What is new since the last agreement.
  struct News {
    bool relays = false;
    bool exits = false;
  };
  News agree_again();
  net::Task<void> wait_for_deadline();
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
  std::shared_ptr<const Relays> relays_ = std::make_shared<const Relays>();
  Relays exits_;
  Summary summary_;
  RefreshSchedule schedule_;
  boost::asio::steady_timer timer_;  // for the schedule's deadline
  boost::asio::steady_timer longest_wait_;
  boost::asio::steady_timer all_answered_;
  bool settled_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::discovery
