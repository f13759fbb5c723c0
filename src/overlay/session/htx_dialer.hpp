// Makes a Session by HTX: dials a relay, shakes hands as a browser would, and starts the streams.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "overlay/session/session.hpp"
#include "transport/htx/initiator.hpp"

namespace qnet::session {

struct DialLimits {
  static constexpr std::chrono::seconds connect = std::chrono::seconds(10);
  /// Two round trips to the far side of the earth over a bad line.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(15);
};

/// What a relay is hidden in (design §3), and how it is reached there.
enum class Cover {
  mirror,
  site_h2,                 ///< a stream of HTTP/2, bound to the relay's own TLS
  site_websocket,          ///< the same in a WebSocket
  site_websocket_unbound,  ///< a WebSocket through a web server that ends TLS in front of the relay
};

struct RelayAddress {
  std::string host;
  std::uint16_t port = 443;
  std::string cover_name;
  crypto::X25519Public noise_key{};
  htx::AccessTag access_tag{};
  Cover cover = Cover::mirror;
  base::Bytes ech_configs{};  ///< cover site: an ECHConfigList (RFC 9849 §4), or empty
};

struct Dialled {
  std::shared_ptr<Session> session;
  std::chrono::microseconds round_trip{};  ///< from the hello to the end of the relay's flight
};

/// `browser` and `random` must outlive the session.
net::Task<base::Result<Dialled>> dial(RelayAddress relay, const client_hello::Template& browser,
                                      Protocols protocols, base::RandomSource& random);

}  // namespace qnet::session
