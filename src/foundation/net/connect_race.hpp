// One connection to whichever of several addresses answers first (RFC 8305).
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "foundation/net/tcp.hpp"

namespace qnet::net {

struct RaceTiming {
  /// Before the next address is tried beside those that have not answered (RFC 8305 §5).
  std::chrono::milliseconds stagger{250};
  std::chrono::milliseconds deadline{};  ///< for all of them
};

/// Where connections come from, for each family; nothing: the system chooses.
struct SourceAddresses {
  std::optional<boost::asio::ip::address> v4{};
  std::optional<boost::asio::ip::address> v6{};

  /// Once one is set, a family without one has no connections: they would come from an address that nobody
  /// chose.
  [[nodiscard]] bool serve(const boost::asio::ip::address& to) const {
    return (!v4 && !v6) || of(to).has_value();
  }
  [[nodiscard]] const std::optional<boost::asio::ip::address>& of(const boost::asio::ip::address& to) const {
    return to.is_v4() ? v4 : v6;
  }
};

struct Reached {
  tcp::socket socket;
  tcp::endpoint remote;
};

/// The families in turns, that of the first endpoint first (RFC 8305 §4), and the first four of each: a host
/// that answers on none of these is down. A family that is dead then costs one stagger.
[[nodiscard]] std::vector<tcp::endpoint> in_turns(const std::vector<tcp::endpoint>& endpoints);

/// Tries the endpoints in the order given. When none answers, the error is that of the attempt that got
/// furthest, and names its address; Errc::closed for a call that is cancelled. That, and one that is
/// destroyed, closes what it opened. `from` must serve() all endpoints.
Task<base::Result<Reached>> connect_race(std::vector<tcp::endpoint> endpoints, RaceTiming timing,
                                         SourceAddresses from = {});

}  // namespace qnet::net
