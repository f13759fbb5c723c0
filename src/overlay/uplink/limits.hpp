// The bounds of a client's way into the network, each with the reason for its value.
#pragma once

#include <chrono>
#include <cstddef>

namespace qnet::uplink {

struct UplinkLimits {
  /// How long a person's request waits for a session that is being made.
  static constexpr std::chrono::seconds request{15};
  static constexpr std::chrono::milliseconds first_retry{500};
  static constexpr std::chrono::milliseconds last_retry = std::chrono::seconds(30);
  /// A session that ends sooner counts as a failure: a relay, or a censor, that ends each at once must not
  /// make us dial without a pause.
  static constexpr std::chrono::seconds proven{10};
  /// One that ends as idle sessions do, but before any web server would have ended it, has failed too.
  static constexpr std::chrono::seconds shortest_rest{2};
  /// A request is refused when a dial failed less than this ago: a browser sends dozens of requests. When a
  /// session has failed, the request waits, and hastens the next attempt to this long after it.
  static constexpr std::chrono::milliseconds fresh_failure = std::chrono::seconds(1);
  /// How long the first candidate is waited for before the next one is tried beside it: one that is dead, or
  /// blocked, costs no more than this.
  static constexpr std::chrono::milliseconds stagger = std::chrono::seconds(1);
  /// How often a better peer is looked for while a last resort carries the traffic.
  static constexpr std::chrono::milliseconds reconsider = std::chrono::seconds(60);
  /// Added or taken: a minute's rhythm would be seen on the wire.
  static constexpr std::chrono::milliseconds jitter = std::chrono::seconds(15);
  /// A peer that has no exit is not dialled again before this.
  static constexpr std::chrono::minutes without_exit{10};
  /// An exit that does not serve a port is asked for it again after this: its operator may have added it.
  static constexpr std::chrono::minutes without_port{10};
  /// An exit that is full has places again as soon as a few programs end.
  static constexpr std::chrono::seconds full{10};
  /// How many facts of the kind "this exit lacks that" are remembered. 64 KiB at most.
  static constexpr std::size_t known_lacks = 512;
  /// Sessions to other exits than the one in use, for requests that it cannot serve. One is enough where it
  /// has what is lacking; more would only show a watcher more of the network.
  static constexpr std::size_t detours = 2;
  /// An exit that could not be reached for such a request is not dialled for another one before this.
  static constexpr std::chrono::minutes unreachable{1};
  /// A session that was left for a better one may finish its streams for so long.
  static constexpr std::chrono::minutes retirement{10};
  /// Dials under way at once. A round has fewer candidates; rounds that begin anew leave some behind.
  static constexpr std::size_t dials = 32;
  /// Requests that wait. No more than the proxy serves at once.
  static constexpr std::size_t requests = 4096;
};

}  // namespace qnet::uplink
