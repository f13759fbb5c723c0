// A client's way into the network: keeps one session to the first of its candidates that answers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "discovery/dialer.hpp"
#include "net/signal.hpp"

namespace qnet::node {

struct UplinkLimits {
  /// How long a person's request waits for a session that is being made.
  static constexpr std::chrono::seconds request = std::chrono::seconds(15);
  static constexpr std::chrono::milliseconds first_retry = std::chrono::milliseconds(500);
  static constexpr std::chrono::milliseconds last_retry = std::chrono::seconds(30);
  /// A session that ends sooner counts as a failure: a relay, or a censor, that ends each at once must not
  /// make us dial without a pause.
  static constexpr std::chrono::seconds proven = std::chrono::seconds(10);
  /// One that ends as idle sessions do, but before any web server would have ended it, has failed too.
  static constexpr std::chrono::seconds shortest_rest = std::chrono::seconds(2);
  /// A request dials at once, unless the last attempt failed less than this ago: a browser sends dozens of
  /// requests.
  static constexpr std::chrono::milliseconds fresh_failure = std::chrono::seconds(1);
  /// How long the first candidate is waited for before the next one is tried beside it: one that is dead, or
  /// blocked, costs no more than this.
  static constexpr std::chrono::milliseconds stagger = std::chrono::seconds(1);
  /// How often a better peer is looked for while a last resort carries the traffic.
  static constexpr std::chrono::milliseconds reconsider = std::chrono::seconds(60);
  /// Added or taken: a minute's rhythm would be seen on the wire.
  static constexpr std::chrono::milliseconds jitter = std::chrono::seconds(15);
  /// A peer that has no exit is not asked again before this.
  static constexpr std::chrono::minutes without_exit = std::chrono::minutes(10);
  /// A session that was left for a better one may finish its streams for so long.
  static constexpr std::chrono::minutes retirement = std::chrono::minutes(10);
};

/// How a candidate came to be one.
enum class Standing : std::uint8_t {
  invited,      ///< a person named it
  listed,       ///< the directories did: there is nobody to ask for another invite
  last_resort,  ///< serves when nobody else can be reached, and is left when somebody can
};

/// Somebody to dial.
struct Candidate {
  session::RelayAddress address;
  Standing standing = Standing::invited;
};

/// Lives on one io_context.
class Uplink : public std::enable_shared_from_this<Uplink> {
 public:
  struct Peer {
    session::RelayAddress address;
    Standing standing = Standing::invited;
    bool dialling = false;
    std::chrono::steady_clock::time_point leads_nowhere_until{};  ///< it said that it has no exit
    std::string state = "idle";                                   ///< idle, connecting, connected, failed
    std::string problem;                                          ///< one sentence, when failed
    std::chrono::microseconds round_trip{};
  };

  /// Whom to try, the best first; asked before each round. Nobody: the next round comes with dial_now().
  using Candidates = std::function<std::vector<Candidate>()>;

  /// `unsatisfied` is called after a round that ended with nobody, or with a last resort.
  Uplink(const boost::asio::any_io_executor& executor, Candidates candidates,
         std::shared_ptr<const discovery::Dialer> dialer, std::function<void()> unsatisfied);

  /// Starts dialling and goes on until stop().
  void start();
  void stop();
  /// There are other candidates than before: a round under way begins anew with them, and a last resort is
  /// left for one of them.
  void reconsider();
  /// Does not wait for the next attempt's time.
  void dial_now() { retry_.cancel(); }

  /// A usable session, or why there is none.
  net::Task<base::Result<std::shared_ptr<session::Session>>> session();
  /// This session's peer has no exit: others are asked, and it is not for a while.
  void leads_nowhere(const session::Session& session);

  /// The machine has slept, or its clock was set, since this session's peer was last heard: it may be gone.
  [[nodiscard]] bool doubts(const session::Session& session) const {
    return session.last_heard() < clock_jumped_;
  }

  [[nodiscard]] bool connected() const { return session_ && session_->usable(); }
  [[nodiscard]] bool on_last_resort() const {
    return connected() && used_ && used_->standing == Standing::last_resort;
  }
  /// The last session ended because nobody used it; the next request dials. A browser does not dial for
  /// nothing.
  [[nodiscard]] bool resting() const { return resting_; }
  [[nodiscard]] std::chrono::system_clock::time_point since() const { return since_; }
  /// The candidates of the last round, and whoever is dialled or used besides.
  [[nodiscard]] const std::vector<std::shared_ptr<Peer>>& peers() const { return peers_; }
  [[nodiscard]] std::size_t stream_count() const { return connected() ? session_->stream_count() : 0; }

 private:
  net::Task<void> keep_connected();
  net::Task<void> hold_session();
  net::Task<void> round(bool better_only);
  net::Task<void> race(bool better_only);
  net::Task<void> attempt(std::shared_ptr<Peer> peer);
  [[nodiscard]] bool is_over(bool better_only) const;
  [[nodiscard]] bool is_worth_dialling(const Peer& peer, bool better_only) const;
  [[nodiscard]] bool may_serve(const Peer& peer) const;
  net::Task<void> retire(std::shared_ptr<session::Session> session);
  void refresh_candidates();
  void use(const std::shared_ptr<Peer>& peer, session::Dialled dialled);
  net::Task<void> pause(std::chrono::milliseconds duration);
  void announce();

  Candidates candidates_;
  std::function<void()> unsatisfied_;
  std::vector<std::shared_ptr<Peer>> peers_;
  std::shared_ptr<const discovery::Dialer> dialer_;
  std::shared_ptr<session::Session> session_;
  std::shared_ptr<Peer> used_;  // whose session it is
  std::optional<base::Error> problem_;
  std::chrono::steady_clock::time_point failed_at_{};  // meaningful with problem_
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  std::chrono::steady_clock::time_point clock_jumped_ = std::chrono::steady_clock::time_point::min();
  boost::asio::steady_timer retry_;      // cancelled to dial sooner
  boost::asio::steady_timer attempted_;  // cancelled after each round, to wake everyone who waits
  net::Signal moved_;                    // an attempt has ended, or a round should
  std::size_t attempts_ = 0;             // under way
  bool others_known_ = false;            // reconsider() was called since the last round began
  bool dialling_ = false;
  bool resting_ = false;
  bool stopped_ = false;
};

/// The error of a dial as one sentence that tells a person what to do.
[[nodiscard]] std::string explain_dial_error(const base::Error& error, const session::RelayAddress& relay,
                                             Standing standing);

}  // namespace qnet::node
