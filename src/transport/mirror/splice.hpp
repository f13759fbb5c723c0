// A stranger's connection joined to the cover origin: both directions, and how they end.
#pragma once

#include <chrono>
#include <cstddef>

#include "foundation/net/tcp.hpp"
#include "transport/link/visitor_places.hpp"

namespace qnet::mirror {

struct SpliceLimits {
  /// Bytes of one direction in this program: what was read of one side and the other has not taken.
  static constexpr std::size_t piece = std::size_t{64} * 1024;
  /// Of one direction in the kernel, written and not yet sent. What a side does not read stays with the other
  /// side, as it would without a relay.
  static constexpr std::size_t unsent = std::size_t{64} * 1024;
  /// For a visitor who does not end after the origin has: as long as Linux keeps such a half-closed
  /// connection for nginx (net.ipv4.tcp_fin_timeout).
  static constexpr std::chrono::seconds after_origin{60};
  /// An origin that has vanished answers a probe by a reset. Chromium's time.
  static constexpr std::chrono::seconds probe{45};
};

/// Until both sides have ended, the origin has reset the connection, or the visitor has to make room: then
/// the origin reads the visitor's end, and what it says to that is passed on. All three must outlive it.
net::Task<void> splice(net::TcpStream& visitor, net::TcpStream& origin, link::VisitorPlaces::Place& place);

}  // namespace qnet::mirror
