// One connection to whichever of several addresses answers first (RFC 8305).
#pragma once

#include <chrono>
#include <vector>

#include "edge/exit/error.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::exit {

struct RaceTiming {
  /// Before the next address is tried beside those that have not answered (RFC 8305 §5).
  std::chrono::milliseconds stagger{250};
  std::chrono::milliseconds deadline;  ///< for all of them
};

struct Reached {
  net::tcp::socket socket;
  net::tcp::endpoint remote;
};

/// Tries the endpoints in the order given, at least one. When none answers, the error is that of the attempt
/// that got furthest. A call that is cancelled or destroyed closes what it opened.
net::Task<base::Result<Reached>> connect_race(std::vector<net::tcp::endpoint> endpoints, RaceTiming timing);

}  // namespace qnet::exit
