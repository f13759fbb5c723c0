// Which circuit carries a request, what is built ahead of need, and what ends: no I/O, no clock
// (docs/spec/path.md, "The pool").
//
// Told are facts, each with the time. What follows from them is fetched with next_action() until there is
// nothing more. Who drives it sets one timer to next_deadline() and calls advance() then.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/base/retry.hpp"
#include "network/path/choose.hpp"
#include "network/path/lacking.hpp"
#include "network/path/pool_limits.hpp"

namespace qnet::path {

/// Never given twice.
enum class CircuitNumber : std::uint64_t {};
enum class RequestNumber : std::uint64_t {};

/// What a request needs of a circuit.
struct CircuitWish {
  std::size_t hops = 3;                   ///< ChooseLimits: 2 to 5
  std::uint16_t port = 0;                 ///< that the exit serves; 0 for any
  std::vector<std::string> countries{};   ///< of the exit, ISO 3166-1; empty for any
  std::string isolation{};                ///< requests whose values differ never share a circuit
  std::vector<peer::PeerId> not_exits{};  ///< that have just declined this request, and are not full
  std::chrono::milliseconds wait = PoolLimits::request;  ///< how long it waits; not longer than that
  bool early = false;  ///< it may travel with a circuit's first message (take_early())
};

/// What is known of a circuit's exit.
struct ExitFacts {
  peer::PeerId peer;
  std::string country{};
  std::vector<std::uint16_t> ports{};
};

struct PoolCircuit {
  enum class State : std::uint8_t {
    building,
    ready,
    retired,  ///< takes no new requests, and ends with its last stream
  };
  CircuitNumber number{};
  State state = State::building;
  Wish wish;           ///< for which it is, or was, built
  bool ahead = false;  ///< built for nobody in particular
  std::optional<ExitFacts> exit{};
  std::optional<std::string> isolation{};  ///< of those who have used it, or will; none: it is clean
  bool aged = false;                       ///< retired for no other reason than its age
  bool proven = false;                     ///< something was answered through it
  SteadyTime begun{};
  SteadyTime late_at{};  ///< while it is built
  SteadyTime expires{};  ///< while it is clean
  std::optional<SteadyTime> first_use{};
  std::size_t uses = 0;               ///< leases
  std::size_t streams = 0;            ///< at the last look
  std::size_t waiting = 0;            ///< leases that wait for their first answer
  SteadyTime looked{};                ///< the last look
  SteadyTime idle_since{};            ///< when nobody uses it
  std::optional<SteadyTime> asked{};  ///< the first question since it was heard last
  SteadyTime last_asked{};
  bool guard_silent = false;  ///< at the last look

  [[nodiscard]] bool clean() const { return !isolation; }
  [[nodiscard]] bool used_now() const { return uses > 0 || streams > 0; }
  /// Its exit was, or will be, drawn among the few that serve an unusual port: it serves that port alone.
  [[nodiscard]] bool is_for_a_port() const;
  [[nodiscard]] bool doubted(SteadyTime now) const {
    return guard_silent || (asked && now - *asked >= PoolLimits::doubt);
  }
};

/// Choose hops and build a circuit; tell chosen(), then built() or failed().
struct BuildCircuit {
  CircuitNumber circuit{};
  Wish wish;
  bool ahead = false;
};
/// It is no longer one of the pool's, whether it is built or being built.
struct CloseCircuit {
  CircuitNumber circuit{};
};
/// The request gets this circuit, one use of which begins, or the error.
struct AnswerRequest {
  RequestNumber request{};
  base::Result<CircuitNumber> circuit;
};
/// It was asked, and has fallen silent: its exit is to be blamed. It is retired already.
struct BlameExit {
  CircuitNumber circuit{};
};
using PoolAction = std::variant<BuildCircuit, CloseCircuit, AnswerRequest, BlameExit>;

class Pool {
 public:
  /// `random` must outlive it.
  explicit Pool(base::RandomSource& random) : random_(random) {}

  /// Circuits of so many hops are built ahead; none with 1.
  void start(std::size_t default_hops, SteadyTime now);
  void set_hops(std::size_t default_hops, SteadyTime now);
  /// All circuits are closed, and requests refused. After that there is no action, whatever is told.
  void stop();

  /// Exactly one AnswerRequest follows, within the time that the wish names; none after stop().
  [[nodiscard]] RequestNumber request(CircuitWish wish, SteadyTime now);

  /// Who the exit of a circuit that is built will be. It counts as late `late_after` from now.
  void chosen(CircuitNumber circuit, ExitFacts exit, std::chrono::milliseconds late_after, SteadyTime now);
  void built(CircuitNumber circuit, SteadyTime now);
  /// The circuit is about to be begun: the request that is to travel with its first message, where one waits
  /// for it that may. The circuit is that isolation's from then on. A request travels so once: whatever
  /// becomes of this circuit, it goes to any other one as usual.
  [[nodiscard]] std::optional<RequestNumber> take_early(CircuitNumber circuit, SteadyTime now);
  /// Errors of choose() that no other attempt changes answer the requests that it was for. No attempt changes
  /// others before `again`: requests that cannot wait so long are answered too. `blamed`: it has shown which
  /// pair of relays to avoid, so the next attempt is another one.
  void failed(CircuitNumber circuit, const base::Error& error, SteadyTime now,
              std::optional<SteadyTime> again = {}, bool blamed = false);
  /// A circuit that was built is over.
  void ended(CircuitNumber circuit, SteadyTime now);

  /// What shows at its session.
  struct Look {
    SteadyTime last_heard{};    ///< when anything came last
    std::size_t streams = 0;    ///< that are open
    bool guard_silent = false;  ///< the guard does not answer
  };
  void look(CircuitNumber circuit, const Look& seen, SteadyTime now);
  /// One use has its first answer.
  void answered(CircuitNumber circuit, SteadyTime now);
  /// One use is over; `waited`: it never had an answer.
  void released(CircuitNumber circuit, bool waited, SteadyTime now);
  /// No new requests for this circuit.
  void retire(CircuitNumber circuit, SteadyTime now);
  /// Its exit has declined a request.
  void declined(CircuitNumber circuit, Decline why, std::uint16_t port, SteadyTime now);

  /// New requests take new circuits at once, wherever they end.
  void renew(SteadyTime now);
  /// The machine slept or is in another network. The same, but once in PoolLimits::dirty: who can make it
  /// seem so must not draw exits for others as often as he likes. Until then only circuits that nobody has
  /// used go.
  void network_changed(SteadyTime now);
  /// Guards, a list, or something else is there again: what failed is tried at once.
  void reconsider(SteadyTime now);

  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;
  void advance(SteadyTime now) { step(now); }
  /// Nothing when all has been done.
  [[nodiscard]] std::optional<PoolAction> next_action();

  [[nodiscard]] const std::deque<PoolCircuit>& circuits() const { return circuits_; }
  [[nodiscard]] std::size_t waiting() const { return requests_.size(); }

 private:
  struct Request {
    RequestNumber number{};
    CircuitWish wish;
    SteadyTime deadline{};
    std::optional<base::Error> problem{};       // of the last build while it waited
    SteadyTime build_from{};                    // nothing that is built sooner can serve it
    std::optional<CircuitNumber> carrier{};     // whose first message it travels with
    std::optional<SteadyTime> carrier_until{};  // so long it waits for that, though another one is ready
  };
  /// A circuit that is being built, and the isolation of the waiting requests that will take it.
  struct Claim {
    CircuitNumber circuit{};
    std::optional<std::string> isolation;
  };

  // What follows from the facts and the time (pool_plan.cpp).
  void step(SteadyTime now);
  void expire_requests(SteadyTime now);
  void end_circuits(SteadyTime now);
  void serve_requests(SteadyTime now);
  void build_for_requests(SteadyTime now);
  void build_for(Request& request, SteadyTime now);
  [[nodiscard]] bool may_build(SteadyTime now) const;
  void build_ahead(SteadyTime now);
  [[nodiscard]] std::optional<Wish> missing_spare(SteadyTime now) const;
  [[nodiscard]] bool was_for(const Wish& built, const CircuitWish& wish, SteadyTime now) const;
  [[nodiscard]] bool serves(const PoolCircuit& circuit, const CircuitWish& wish, SteadyTime now) const;
  [[nodiscard]] bool will_serve(const PoolCircuit& circuit, const CircuitWish& wish, SteadyTime now) const;
  [[nodiscard]] bool claimed(const PoolCircuit& circuit) const;
  [[nodiscard]] PoolCircuit* ready_for(const CircuitWish& wish, SteadyTime now);
  [[nodiscard]] PoolCircuit* aged_for(const CircuitWish& wish, SteadyTime now);
  bool make_room(bool for_request, const Wish& wish);
  void begin(Wish wish, bool ahead, SteadyTime now);
  [[nodiscard]] bool waits_for_carrier(Request& request, const PoolCircuit& other, SteadyTime now);
  void give_to(PoolCircuit& circuit, const std::string& isolation, SteadyTime now);
  void use(PoolCircuit& circuit, RequestNumber request, const std::string& isolation, SteadyTime now);

  [[nodiscard]] PoolCircuit* find(CircuitNumber number);
  [[nodiscard]] std::size_t building(bool ahead_only) const;
  [[nodiscard]] bool rests(SteadyTime now) const { return now - last_request_ >= PoolLimits::rest; }
  void close(CircuitNumber number);
  void close_unused();
  void note_failure(bool ahead, bool blamed, SteadyTime now);

  base::RandomSource& random_;
  std::deque<PoolCircuit> circuits_;  // in the order in which they were begun
  std::deque<Request> requests_;      // those that wait, by deadline
  std::deque<PoolAction> actions_;
  std::deque<SteadyTime> taken_;  // when clean circuits were, lately
  Lacking lacking_;
  std::vector<Claim> claims_;  // of circuits that are being built, as of the last step
  base::Backoff retry_{PoolLimits::first_retry, PoolLimits::last_retry};
  base::Backoff retry_ahead_{PoolLimits::first_retry_ahead, PoolLimits::last_retry_ahead};
  SteadyTime build_from_{};
  SteadyTime ahead_from_{};
  SteadyTime latest_{};                          // the time of the last fact
  SteadyTime last_request_{};                    // or the start
  std::optional<SteadyTime> network_changed_{};  // when used circuits were left for it
  std::optional<std::uint16_t> other_port_{};
  SteadyTime other_port_at_{};
  std::size_t default_hops_ = 1;
  unsigned failures_ = 0;  // in a row
  std::uint64_t last_circuit_ = 0;
  std::uint64_t last_number_ = 0;  // of requests
  bool stopped_ = false;
};

}  // namespace qnet::path
