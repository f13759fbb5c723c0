// Every bound and number of the pool of circuits, each with the reason for its value (docs/spec/path.md, "The
// pool").
#pragma once

#include <chrono>
#include <cstddef>

namespace qnet::path {

struct PoolLimits {
  /// In all, those that only let their last streams end among them. A guard takes 64 of one session.
  static constexpr std::size_t circuits = 32;
  /// Being built at a time, those that are late apart; each costs every relay on it a handshake.
  static constexpr std::size_t builds = 4;
  /// The same with those that are late: they wait for a relay that is gone, and cost nothing any more.
  static constexpr std::size_t builds_and_late = 12;
  /// For one wish at a time, while none has failed: each begins when those before are late. On a line that is
  /// slow, more would make it slower.
  static constexpr std::size_t raced = 4;
  /// Of those, built before they are needed.
  static constexpr std::size_t builds_ahead = 2;
  /// Clean circuits with the usual number of hops that are kept ready: two origins of a page at once.
  static constexpr std::size_t spares = 2;
  /// The same while circuits were taken within `demand`, one more for each.
  static constexpr std::size_t most_spares = 4;
  /// Before one that was taken is replaced: the request that has taken it goes first, and lines are slow.
  static constexpr std::chrono::milliseconds spare_pause{100};
  static constexpr std::chrono::milliseconds demand = std::chrono::minutes(1);
  /// A circuit takes new streams for so long after its first: what one exit can link ends then.
  static constexpr std::chrono::milliseconds dirty = std::chrono::minutes(10);
  /// One that was used and has no stream is closed after this: another stream of the same page comes sooner.
  static constexpr std::chrono::milliseconds idle = std::chrono::minutes(1);
  /// A clean circuit is replaced at about this age. Drawn, so that an hour's rhythm is not seen.
  static constexpr std::chrono::milliseconds spare_life = std::chrono::minutes(60);
  static constexpr std::chrono::milliseconds spare_jitter = std::chrono::minutes(15);
  /// Without a request for so long, nothing is built ahead any more.
  static constexpr std::chrono::milliseconds rest = std::chrono::minutes(60);
  /// A build counts as late after this at most, and earlier when builds are known to be faster.
  static constexpr std::chrono::milliseconds late = std::chrono::seconds(2);
  /// The same once a build has failed, and none has gone well since: where many relays are gone, most paths
  /// end at one of them, and a relay that is there answers soon.
  static constexpr std::chrono::milliseconds late_in_search{500};
  /// A circuit that was asked, and has brought nothing for so long, takes no new requests until it does.
  static constexpr std::chrono::milliseconds doubt = std::chrono::seconds(2);
  /// After this it counts as silent: it gets no more requests, and its exit is avoided. Sooner than
  /// its user closes a silent session (12 s): afterwards nobody could be blamed.
  static constexpr std::chrono::milliseconds silence = std::chrono::seconds(10);
  /// How long a request waits for a circuit: two builds through slow relays.
  static constexpr std::chrono::milliseconds request = std::chrono::seconds(30);
  /// Requests that wait. More than programs on one machine send while a circuit is built.
  static constexpr std::size_t requests = 1024;
  /// Between builds, from the second one on that fails in a row; it doubles.
  static constexpr std::chrono::milliseconds first_retry{250};
  static constexpr std::chrono::milliseconds last_retry = std::chrono::seconds(8);
  /// So many failures in a row are followed by the first pause alone, if each has shown which pair of relays
  /// to avoid: every attempt is another one. As many as one request has time for; then a guard that fails
  /// whatever it is asked for is asked more seldom.
  static constexpr unsigned lessons = 100;
  /// The same for circuits that nobody waits for.
  static constexpr std::chrono::milliseconds first_retry_ahead = std::chrono::seconds(1);
  static constexpr std::chrono::milliseconds last_retry_ahead = std::chrono::minutes(2);
  /// Spares are built for this port first: it is what browsers ask for.
  static constexpr unsigned short usual_port = 443;
  /// Circuits for unusual ports (is_usual_port()): a page that asks for many leaves room for all others.
  static constexpr std::size_t unusual = 16;
  /// One more is for another port that was asked for within this time.
  static constexpr std::chrono::milliseconds port_memory = std::chrono::minutes(60);
  /// An exit that does not serve a port, or anything, is asked again after this: its operator may have
  /// changed it.
  static constexpr std::chrono::milliseconds lacking = std::chrono::minutes(10);
  /// An exit that is full has places again as soon as a few programs end.
  static constexpr std::chrono::milliseconds full = std::chrono::seconds(10);
  /// How many facts of the kind "this exit lacks that" are remembered.
  static constexpr std::size_t lacks = 128;
  /// A guard that has not answered a dial, or a circuit, for so long is used after the others.
  static constexpr std::chrono::milliseconds slow_guard{1500};
  /// How long the build of a circuit waits for a session with its guard: then another guard is tried.
  static constexpr std::chrono::milliseconds guard_wait = std::chrono::seconds(4);
  /// A session with a guard that takes no more circuits sooner, before any data came over it, counts as a
  /// dial that failed.
  static constexpr std::chrono::milliseconds proven = std::chrono::seconds(5);
  /// A guard that was heard so lately is not probed.
  static constexpr std::chrono::milliseconds fresh{250};
  /// A session with a guard that was asked and brought nothing for so long is closed, and dialled anew.
  static constexpr std::chrono::milliseconds dead_guard = std::chrono::seconds(10);
  /// Different first hops, of as many networks and families, that refuse in a row: through different guards
  /// they mean that the clock is off, or the list is old; through one, that it refuses in their place. Each
  /// may be an attacker's, so they are as many as nobody owns who owns a few. In a network with fewer, all.
  static constexpr std::size_t refusals = 8;
  static constexpr std::size_t fewest_refusals = 3;
  /// A guard through which so many have refused is used after the others for so long: then it has another
  /// chance, as refusing relays and not the guard may have been the cause.
  static constexpr std::chrono::milliseconds refusing_guard = std::chrono::minutes(10);
  /// But not when a circuit was built through it within this time: it does let circuits through.
  static constexpr std::chrono::milliseconds works_lately = std::chrono::minutes(1);
  /// Attempts to find hops whose keys are valid, in one build.
  static constexpr std::size_t redraws = 8;
};

/// What nearly every exit serves; 0 for any. Any page may ask for any other port, and an attacker's exit may
/// be the only one that serves it: who asks for that has chosen the exit.
[[nodiscard]] constexpr bool is_usual_port(unsigned short port) {
  return port == 0 || port == 80 || port == PoolLimits::usual_port;
}

}  // namespace qnet::path
