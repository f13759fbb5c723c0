// Every bound of the directory in one place (docs/spec/directory.md).
#pragma once

#include <chrono>
#include <cstddef>

namespace qnet::directory {

/// Whole seconds since 1970 by the machine's clock: for signatures and what people read.
using WallTime = std::chrono::sys_seconds;
/// For everything that expires here: neither a clock that is set nor a machine that sleeps moves it.
using SteadyTime = std::chrono::steady_clock::time_point;

struct DescriptorLimits {
  static constexpr std::size_t addresses = 4;
  static constexpr std::size_t exit_ports = 16;
  static constexpr std::size_t software = 32;
  static constexpr std::size_t ech_configs = 1024;
  /// The current one and the next.
  static constexpr std::size_t circuit_keys = 2;
  /// A day in use, a day longer for those who have an older list, and an hour.
  static constexpr std::chrono::hours circuit_key_life{49};
  /// Of the signed body: four of the longest names, an ECH list, and room for what later versions add.
  static constexpr std::size_t body = 4096;
  static constexpr std::chrono::hours life{24 * 7};
};

struct RegistrationLimits {
  /// A descriptor and what is signed around it.
  static constexpr std::size_t whole = DescriptorLimits::body + 512;
  static constexpr std::chrono::minutes clock_skew{5};
};

struct RosterLimits {
  static constexpr std::chrono::seconds heartbeat{30};
  static constexpr std::chrono::seconds expiry{120};
  /// Between two registrations of one peer.
  static constexpr std::chrono::seconds shortest_interval{5};
  /// A goodbye's sequence number is remembered longer than a copy of an earlier registration can be played.
  static constexpr std::chrono::minutes departed{11};
  static constexpr std::size_t relays = 200'000;
  /// Known but not listed; each costs the directory a connection now and then. One that failed a check makes
  /// room for a newcomer.
  static constexpr std::size_t unchecked = 2048;
  /// Peers listed at one client prefix: more than anybody needs on one machine, and too few to fill a
  /// directory with.
  static constexpr std::size_t at_one_host = 16;
  /// Peers that name one host first and were never listed: only their own word says that they are there.
  static constexpr std::size_t waiting_at_one_host = 16;
  /// Of a relay that never answered: ten minutes, in which its operator may open a forgotten port.
  static constexpr unsigned failed_checks = 6;
  static constexpr std::size_t departed_peers = 20'000;
};

/// Of measured rates (docs/spec/directory.md §8).
struct MeasuredLimits {
  /// Measures of one relay that count, the last ones: a day's.
  static constexpr std::size_t kept = 5;
  /// The first come with each check, the later ones so far apart: 10,000 relays cost a directory 4 MB a
  /// second.
  static constexpr std::size_t first_measures = 3;
  static constexpr std::chrono::hours interval{4};
  static constexpr std::chrono::minutes early{30};
  /// A list says another rate when it is so much lower, as a part of the higher one. A relay's weight need
  /// not be more exact, and a list that has not changed is not loaded again.
  static constexpr double change = 0.25;
};

/// What a relay says of others.
struct RateReportLimits {
  /// Of one report: more than a relay measures between two.
  static constexpr std::size_t rates = 32;
  static constexpr std::size_t whole = 2048;
  /// Between two reports of one relay.
  static constexpr std::chrono::minutes interval{20};
  /// A reporter sees no higher rate than its own line's. What is above this part of what its own rate is
  /// measured as says nothing of the other relay.
  static constexpr double own_line = 0.5;
};

struct RateVoteLimits {
  /// Of one relay, beside up to MeasuredLimits::kept measures of the directory's own.
  static constexpr std::size_t votes = 8;
  static constexpr std::chrono::hours life{24};
};

struct SnapshotLimits {
  static constexpr std::chrono::hours life{3};
  /// A client's clock that is slow by as much as the handshake allows still takes fresh headers.
  static constexpr std::chrono::minutes clock_skew{10};
  /// Of a list, unpacked: 100,000 relays with room to spare.
  static constexpr std::size_t list = 64U * 1024 * 1024;
  static constexpr std::size_t header = 512;
  /// One list for all who ask within this time.
  static constexpr std::chrono::seconds publish_interval{5};
  /// A header is signed anew when it is this old, so that what a client gets is never about to expire.
  static constexpr std::chrono::minutes renewal{10};
};

}  // namespace qnet::directory
