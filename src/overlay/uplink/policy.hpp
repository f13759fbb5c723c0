// Which peer a client dials, uses and leaves, and when: no I/O, no clock. `uplink.hpp` carries it out.
//
// Told are facts, each with the time. What follows from them is fetched with next_action() until there is
// nothing more; a fact that is told meanwhile adds to it. Who drives it sets one timer to next_deadline() and
// calls advance() then.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/base/retry.hpp"
#include "foundation/crypto/x25519.hpp"
#include "overlay/uplink/error.hpp"
#include "overlay/uplink/limits.hpp"

namespace qnet::uplink {

using TimePoint = std::chrono::steady_clock::time_point;

/// How a candidate came to be one.
enum class Standing : std::uint8_t {
  invited,      ///< a person named it
  listed,       ///< the directories did: there is nobody to ask for another invite
  last_resort,  ///< serves when nobody else can be reached, and is left when somebody can
};

/// Where a peer is dialled, and the key that it must have. One peer may be known under several addresses:
/// each is dialled by itself.
struct Endpoint {
  crypto::X25519Public noise_key{};
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct Candidate {
  Endpoint endpoint;
  Standing standing = Standing::invited;
};

enum class PeerState : std::uint8_t { idle, connecting, connected, failed };
/// Never given twice.
enum class PeerNumber : std::uint64_t {};
enum class RequestNumber : std::uint64_t {};

/// A round begins: tell candidates() before any other fact.
struct AskCandidates {};
/// Dial this peer, and tell dial_succeeded() or dial_failed(). The dial has a deadline of its own.
struct Dial {
  PeerNumber peer{};
};
/// The session that dial_succeeded() told of is the one in use from now on.
struct Use {
  PeerNumber peer{};
};
/// The session that dial_succeeded() told of is not wanted: close it.
struct Drop {
  PeerNumber peer{};
};
/// The session in use is left for a better one, and is no longer in use. Its streams may end as they would
/// have, within UplinkLimits::retirement.
struct Retire {};
/// Close the session in use; it is no longer in use.
struct Close {};
/// This request gets the session in use, or the error.
struct Answer {
  RequestNumber request{};
  std::optional<base::Error> error;
};
/// A round ended with nobody, or with a last resort: other candidates are wanted.
struct Unsatisfied {};
using Action = std::variant<AskCandidates, Dial, Use, Drop, Retire, Close, Answer, Unsatisfied>;

enum class Ending : std::uint8_t {
  idle,  ///< nobody used the session, and the peer ended it as web servers do
  lost,  ///< anything else
};

class Policy {
 public:
  struct Peer {
    PeerNumber number{};
    Endpoint endpoint;
    Standing standing = Standing::invited;
    PeerState state = PeerState::idle;
    TimePoint no_exit_until = TimePoint::min();
  };

  /// `random` must outlive it.
  explicit Policy(base::RandomSource& random) : random_(random) {}

  /// Begins the first round. Of the other facts only request() counts before it.
  void start();
  /// The session in use is closed and requests are answered; after that there is no action, whatever is told.
  void stop();

  /// The answer to AskCandidates: whom to try, the best first. The caller bounds the list. Who stays on it
  /// keeps what is known of it; who is being dialled or in use stays in any case. Returns each candidate's
  /// number.
  std::vector<PeerNumber> candidates(const std::vector<Candidate>& all, TimePoint now);
  void dial_succeeded(PeerNumber number, TimePoint now);
  void dial_failed(PeerNumber number, base::Error error, TimePoint now);
  /// The session in use has ended, or takes no more streams.
  void session_ended(Ending ending, base::Error reason, TimePoint now);
  /// The peer in use has no exit: others are dialled, and it is not for a while.
  void has_no_exit(TimePoint now);
  /// A request wants a session. Exactly one Answer follows, within UplinkLimits::request; none after stop().
  [[nodiscard]] RequestNumber request(TimePoint now);
  /// There are other candidates than before: a round under way begins anew with them, a pause ends, and a
  /// last resort is left for one of them.
  void reconsider();
  /// Whether only a request begins a round from now on. Then the session in use is left now; one that a
  /// request has begun stays until it ends. Afterwards, when it is taken back, a rest is over.
  void only_on_request(bool only);
  /// Does not wait for the next attempt's time.
  void dial_now();
  /// The machine has slept, or its clock was set.
  void clock_jumped(TimePoint now);
  /// The machine is in another network: the session in use is left for a new one. Pauses are over.
  void network_changed(TimePoint now);

  /// When advance() is to be called; nothing while only facts can change anything.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  void advance(TimePoint now);
  /// Nothing when all has been done.
  [[nodiscard]] std::optional<Action> next_action();

  [[nodiscard]] bool connected() const { return used_.has_value(); }
  [[nodiscard]] bool on_last_resort() const;
  /// The last session ended because nobody used it; the next request dials. A browser does not dial for
  /// nothing.
  [[nodiscard]] bool resting() const { return resting_; }
  /// Whether a peer that was heard last at this time may be gone: the clock has jumped since.
  [[nodiscard]] bool doubts(TimePoint last_heard) const { return last_heard < clock_jumped_; }
  /// The candidates of the last round, and whoever is dialled or used besides.
  [[nodiscard]] const std::vector<Peer>& peers() const { return peers_; }

 private:
  /// One round: candidates are dialled in order, each after a while beside those before it.
  struct Race {
    std::vector<PeerNumber> order;
    std::size_t tried = 0;             // of `order`, those that were dialled or skipped
    std::size_t dialled = 0;           // of those, the ones worth it
    std::optional<TimePoint> next_at;  // when the next is dialled even if the one before has not answered
  };
  struct Request {
    RequestNumber number{};
    TimePoint asked;
    TimePoint deadline;
  };
  /// Why there is no session.
  struct Problem {
    enum class Kind : std::uint8_t { dial_failed, session_lost, no_exit };
    Kind kind{};
    base::Error error;
    TimePoint at;
  };

  [[nodiscard]] bool active() const { return started_ && !stopped_; }
  [[nodiscard]] bool round_runs() const { return asking_ || race_; }
  [[nodiscard]] const Peer* find(PeerNumber number) const;
  [[nodiscard]] Peer* find(PeerNumber number);
  [[nodiscard]] std::size_t dials_under_way() const;
  [[nodiscard]] bool is_worth_dialling(const Peer& peer, TimePoint now) const;
  [[nodiscard]] bool is_refused_at_once(TimePoint now) const;

  std::vector<PeerNumber> refresh_peers(const std::vector<Candidate>& all);
  [[nodiscard]] bool is_wanted() const { return !only_on_request_ || !requests_.empty(); }
  void begin_round();
  void continue_race(TimePoint now);
  bool dial_next(TimePoint now);
  void end_round(TimePoint now);
  void leave_used();
  void pause(TimePoint now);
  void hasten(TimePoint now);
  void answer_all(const std::optional<base::Error>& error);
  void refuse_since_failure();
  void expire_requests(TimePoint now);

  base::RandomSource& random_;
  std::vector<Peer> peers_;
  std::deque<Action> actions_;
  std::deque<Request> requests_;  // those that wait, by deadline
  std::optional<Race> race_;
  std::optional<PeerNumber> used_;
  TimePoint used_since_{};
  std::optional<TimePoint> wake_at_;  // when the next round begins
  std::optional<Problem> problem_;
  base::Backoff retry_{UplinkLimits::first_retry, UplinkLimits::last_retry};
  TimePoint clock_jumped_ = TimePoint::min();
  std::uint64_t last_peer_ = 0;
  std::uint64_t last_request_ = 0;
  bool asking_ = false;        // AskCandidates was not answered yet
  bool others_known_ = false;  // reconsider() was called since the last round began
  bool only_on_request_ = false;
  bool resting_ = false;
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::uplink
