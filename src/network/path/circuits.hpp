// A client's circuits: the guards' sessions, circuits that are ready before they are needed, and which of
// them carries what. `pool.hpp` decides; this carries it out (docs/spec/path.md, "The pool").
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/net/due_timer.hpp"
#include "network/path/build_time.hpp"
#include "network/path/circuit_build.hpp"
#include "network/path/guard_clocks.hpp"
#include "network/path/guard_keeping.hpp"
#include "network/path/guard_links.hpp"
#include "network/path/path_problems.hpp"
#include "network/path/plan.hpp"

namespace qnet::path {

/// For the status page: one circuit of this client.
struct CircuitStatus {
  struct Hop {
    peer::PeerId peer;
    std::string country{};  ///< as declared; empty without one
  };
  std::vector<Hop> hops;  ///< the guard first; empty while they are being chosen
  PoolCircuit::State state{};
  bool clean = false;    ///< nobody has used it
  bool doubted = false;  ///< asked, and silent for a while: new requests take others
  std::chrono::milliseconds age{};
  std::size_t streams = 0;
  std::optional<std::chrono::milliseconds> round_trip{};  ///< to the exit and back, when it was built
};

/// Lives on one io_context, as its sessions do; every call is made there.
class Circuits : public std::enable_shared_from_this<Circuits> {
 public:
  /// All are called on the io_context, and none after stop().
  struct Hooks {
    /// The last list that most operators agreed on, the same object until there is another; null until there
    /// is one.
    std::function<std::shared_ptr<const Network>()> network;
    /// To a guard. `attempt` counts those that have failed in a row; the address and its look are another
    /// each time. Must end within a time of its own.
    std::function<net::Task<base::Result<session::Dialled>>(link::RelayAddress, unsigned attempt)> dial;
    /// A new list may help, or the operators' answer alone: it shows whether guards fail, or the network
    /// (network_answered()). May come often: the hook bounds how often it asks.
    std::function<void()> unsatisfied;
    /// Wall time, by this machine's clock.
    std::function<WallTime()> now;
    /// The guards have changed, and are to be kept on the disk (save_guards()): at once, but for mere counts.
    /// An error is told as the problem; the next change is tried again.
    std::function<base::Result<void>(const GuardSample&)> keep;
  };

  class Use;
  using EarlyStream = std::unique_ptr<session::Stream>;
  /// The right to open streams on a circuit. It is held for as long as the streams last: the circuit stays.
  struct Lease {
    std::shared_ptr<session::Session> session;  ///< with the exit
    peer::PeerId exit;
    std::shared_ptr<const Use> use;
    /// The stream that was opened with the circuit's first message; the caller may take it. Null when none
    /// was.
    std::shared_ptr<EarlyStream> early{};
  };

  /// `kept`: what load_guards() gave. With an error no circuit is ever built, and each request gets it: new
  /// guards are not drawn because a file is damaged. `random` must outlive this.
  Circuits(const boost::asio::any_io_executor& executor, Hooks hooks, base::Result<GuardSample> kept,
           base::RandomSource& random);
  Circuits(const Circuits&) = delete;
  Circuits& operator=(const Circuits&) = delete;
  ~Circuits() { stop(); }

  /// From here on circuits of so many hops are built before they are needed; none ahead with 1. Requests may
  /// come before, and are served.
  void start(std::size_t default_hops);
  void set_hops(std::size_t default_hops);
  /// Ends all circuits and the sessions with guards; requests get Errc::stopped.
  void stop();

  /// A circuit that fits; waits for one that is being built, at most PoolLimits::request. Errors: path::Errc.
  /// `early`: travels with the first message of the circuit that is built for this request, if one is, at
  /// most once. It is opened at that circuit's exit, also when another circuit serves the request in the end.
  /// Kept for as long as the task waits.
  net::Task<base::Result<Lease>> session(CircuitWish wish, std::shared_ptr<const EarlyRequest> early = {});

  /// Data came: the circuit's neighbours are praised, and its guard. At the first answer for each lease.
  void worked(const Lease& lease);
  /// The exit has not answered in the time that the caller allows. It is avoided for a growing time, and no
  /// new request takes this circuit.
  void silent(const Lease& lease);
  /// The exit has answered that it cannot serve this request: other requests of the kind go to others for a
  /// while. The caller asks again, with the exit in CircuitWish::not_exits.
  void declined(const Lease& lease, Decline why, std::uint16_t port);

  /// The machine slept, or is in another network: what failed before may answer now. New requests take new
  /// circuits over new sessions with guards, but used circuits are left once in PoolLimits::dirty only.
  void network_changed();
  /// A person wants it: new requests take new circuits at once, of the same guards.
  void renew();
  /// An operator, or any server but a guard, has answered just now. So a guard that fails is told from a
  /// network that is down.
  void network_answered();
  /// Hooks::network gives another list.
  void list_changed();

  [[nodiscard]] std::vector<CircuitStatus> circuits() const;
  /// Whether any circuit would serve a request at once.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] std::vector<GuardStatus> guards() const { return guards_.status(); }
  /// One sentence for the person, or empty: why there are no circuits, or what is suspicious.
  [[nodiscard]] std::string problem() const { return problems_.sentence(); }

 private:
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : answered(executor) {}
    net::Signal answered;
    std::weak_ptr<const EarlyRequest> early{};  // gone when nobody waits any more
    base::Result<Lease> result = base::fail(Errc::stopped);
  };
  struct Circuit {
    std::vector<peer::PeerId> hops;
    std::shared_ptr<CircuitBuild> build;
    std::shared_ptr<session::Session> guard{};  // over which it was built
    std::optional<RequestNumber> early_for{};   // whose request its first message carries
    bool by_port = false;                       // its exit is one of the few that serve an unusual port
    bool stands = false;                        // it was built
    std::chrono::milliseconds built_in{};       // one round trip to the exit; where it stands
    bool proven = false;                        // data came
    bool excused = false;                       // its end says nothing more of its guard
  };

  void perform();
  void perform(const BuildCircuit& action);
  void perform(const CloseCircuit& action);
  void perform(const AnswerRequest& action);
  void perform(const BlameExit& action);

  // The request that travels with a circuit's first message (circuits_early.cpp).
  void carry_early(CircuitNumber number);
  [[nodiscard]] std::shared_ptr<EarlyStream> early_of(RequestNumber request,
                                                      std::optional<CircuitNumber> circuit);

  // Building, and which relays its end says something of (circuits_build.cpp).
  net::Task<void> build(CircuitNumber number, Plan plan);
  void built(CircuitNumber number, const Plan& plan, GuardLinks::SessionPointer guard,
             std::chrono::milliseconds time);
  void build_failed(CircuitNumber number, const Plan& plan, base::Error error, SteadyTime begun);
  void not_built(CircuitNumber number, base::Error error, std::optional<SteadyTime> again = {},
                 bool blamed = false);
  void circuit_ended(CircuitNumber number);
  void note_end(const Circuit& circuit, bool reached_exit);
  void note_cut(const Circuit& circuit);
  void blame_pairs(const Circuit& circuit);
  void blame_exit(CircuitNumber number);
  [[nodiscard]] GuardLinks::Hooks guard_hooks();
  [[nodiscard]] std::vector<Underway> underway() const;
  [[nodiscard]] GuardChoice guards_in_order(SteadyTime now) const;

  void guard_stands(const peer::PeerId& guard);
  void guard_dialled(const peer::PeerId& guard, bool well);
  void dial_due_guards();
  bool take_list();
  void update_guards();
  void look_around();
  void watch_doubted();
  void keep_guards(bool last);
  void released(CircuitNumber number, bool waited);
  void set_timer();
  void at_deadline();
  [[nodiscard]] bool is_doubted(const PoolCircuit& circuit, SteadyTime now) const;
  [[nodiscard]] Now now() const;
  [[nodiscard]] std::string mark_of(const std::string& isolation) const;

  boost::asio::any_io_executor executor_;
  Hooks hooks_;
  base::RandomSource& random_;
  std::array<std::uint8_t, 32> isolation_key_{};
  std::optional<base::Error> no_guards_;  // the file of guards cannot be taken
  Guards guards_;
  Avoidance avoidance_;
  std::map<std::size_t, BuildTimes> build_times_;  // by number of hops
  Pool pool_;
  std::shared_ptr<GuardLinks> links_;
  GuardClocks clocks_;
  std::shared_ptr<const Network> list_;        // that the guards know
  std::map<CircuitNumber, Circuit> circuits_;  // of the pool's, those whose hops are chosen
  std::map<RequestNumber, std::shared_ptr<Waiter>> waiters_;
  PathProblems problems_;
  GuardKeeping keeping_;
  net::DueTimer timer_;  // for what is due first
  bool performing_ = false;
  bool stopped_ = false;
};

}  // namespace qnet::path
