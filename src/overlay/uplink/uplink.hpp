// A client's way into the network: keeps one session to a peer, as Policy says.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "foundation/net/due_timer.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/session/dialer.hpp"
#include "overlay/uplink/drain.hpp"
#include "overlay/uplink/policy.hpp"

namespace qnet::uplink {

/// Somebody to dial.
struct RelayCandidate {
  link::RelayAddress address;
  Standing standing = Standing::invited;
};

/// Lives on one io_context.
class Uplink : public std::enable_shared_from_this<Uplink> {
 public:
  struct Peer {
    link::RelayAddress address;
    PeerState state = PeerState::idle;
    std::string problem;                     ///< one sentence, while it cannot be used
    std::chrono::microseconds round_trip{};  ///< as the last dial measured it
  };
  struct Hooks {
    /// Whom to try, the best first; asked before each round, and none after stop().
    std::function<std::vector<RelayCandidate>()> candidates;
    /// Must end within a time of its own.
    std::function<net::Task<base::Result<session::Dialled>>(link::RelayAddress)> dial;
    /// A round ended with nobody, or with a last resort: other candidates are wanted. It may call
    /// reconsider(), but only when there are others: that begins a round. Not called after stop().
    std::function<void()> unsatisfied;
  };

  /// `random` must outlive it.
  Uplink(const boost::asio::any_io_executor& executor, Hooks hooks, base::RandomSource& random);

  /// Starts dialling and goes on until stop().
  void start();
  void stop();
  /// There are other candidates than before (Policy::reconsider()).
  void reconsider();

  /// Whether only a request dials from now on; the session in use is then left (Policy::only_on_request()).
  void only_on_request(bool only);

  /// The machine is in another network (Policy::network_changed()).
  void network_changed();

  /// A usable session, or why there is none. Waits at most UplinkLimits::request.
  net::Task<base::Result<std::shared_ptr<session::Session>>> session();
  /// This session's peer has no exit: others are asked, and it is not for a while.
  void has_no_exit(const session::Session& session);

  /// The machine has slept, or its clock was set, since this session's peer was last heard: it may be gone.
  [[nodiscard]] bool doubts(const session::Session& session) const {
    return policy_.doubts(session.last_heard());
  }
  /// The key of the peer in use; nothing while there is none.
  [[nodiscard]] std::optional<crypto::X25519Public> in_use() const {
    if (!connected()) return std::nullopt;
    return session_->facts().peer_key;
  }
  [[nodiscard]] bool connected() const { return session_ && session_->usable(); }
  [[nodiscard]] bool resting() const { return policy_.resting(); }
  /// Since when there is, or is not, a session.
  [[nodiscard]] std::chrono::system_clock::time_point since() const { return since_; }
  /// The candidates of the last round, and whoever is dialled or used besides.
  [[nodiscard]] std::vector<Peer> peers() const;
  [[nodiscard]] std::size_t stream_count() const { return connected() ? session_->stream_count() : 0; }

 private:
  /// What is known of a peer besides what the policy has to know.
  struct Details {
    link::RelayAddress address;
    Standing standing = Standing::invited;
    std::string problem;
    std::chrono::microseconds round_trip{};
  };
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : answered(executor) {}
    net::Signal answered;
    base::Result<std::shared_ptr<session::Session>> result = base::fail(Errc::stopped);
  };

  void perform();
  void perform(const AskCandidates& action);
  void perform(const Dial& action);
  void perform(const Use& action);
  void perform(const Drop& action);
  void perform(const Retire& action);
  void perform(const Close& action);
  void perform(const Answer& action);
  void perform(const Unsatisfied& action);
  net::Task<void> attempt(PeerNumber number);
  void look_around();
  void end_session(Ending ending, base::Error reason);
  void set_timer();

  boost::asio::any_io_executor executor_;
  Hooks hooks_;
  Policy policy_;
  std::map<PeerNumber, Details> details_;  // of the policy's peers
  std::map<RequestNumber, std::shared_ptr<Waiter>> waiters_;
  std::optional<session::Dialled> dialled_;    // while the policy decides about it
  std::shared_ptr<session::Session> session_;  // the one in use
  std::optional<PeerNumber> used_;             // whose it is
  Drains left_;                                // sessions that were left for better ones
  base::ClockWatch clock_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  net::DueTimer timer_;  // for the policy's next deadline
  bool performing_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::uplink
