// /qnet/connect/1 (design §4): a request {host, port}, an answer {status, bound address, what the exit
// lacks}. Each is deterministic CBOR behind a u16 length; raw bytes follow.
#pragma once

#include <cstdint>
#include <string>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "overlay/peer/address.hpp"
#include "overlay/peer/error.hpp"

namespace qnet::peer {

inline constexpr const char* kConnectProtocol = "/qnet/connect/1";

/// What became of a request to connect; the numbers are on the wire.
enum class ConnectStatus : std::uint8_t {
  ok = 0,
  general_failure = 1,
  not_allowed = 2,
  network_unreachable = 3,
  host_unreachable = 4,
  refused = 5,
  timeout = 6,
};

/// What this exit lacks for the request, and another one may have; the numbers are on the wire. It is not a
/// status: a client that does not know it goes by the status alone.
enum class Lack : std::uint8_t {
  nothing = 0,
  places = 1,  ///< it is full, for all or for this client
  port = 2,    ///< it does not serve the port
};

struct ConnectLimits {
  /// Of an encoded message without its length: the longest host (255) with its keys takes 276 bytes, the rest
  /// is for keys that later versions add.
  static constexpr std::size_t message = 512;
  /// What SOCKS5 can carry (RFC 1928 §5).
  static constexpr std::size_t host = 255;
};

struct ConnectRequest {
  std::string host;  ///< a name or an address as the application wrote it; the exit judges it
  std::uint16_t port = 0;

  /// The length, then the message. The host must be is_plain_host().
  [[nodiscard]] base::Bytes encode() const;
  /// Without the length. Keys that it does not know are ignored.
  [[nodiscard]] static base::Result<ConnectRequest> decode(base::ByteView message);
  bool operator==(const ConnectRequest&) const = default;
};

struct ConnectAnswer {
  ConnectStatus status = ConnectStatus::general_failure;
  HostPort bound{};            ///< the exit's own address towards the site; empty host unless ok
  Lack lacks = Lack::nothing;  ///< always nothing when ok

  /// The length, then the message. The bound host must be empty or is_plain_host().
  [[nodiscard]] base::Bytes encode() const;
  /// Without the length. A status that it does not know is a general failure, and a lack that it does not
  /// know is none.
  [[nodiscard]] static base::Result<ConnectAnswer> decode(base::ByteView message);
  bool operator==(const ConnectAnswer&) const = default;
};

/// Collects one length-prefixed message, and no byte more: the bytes behind it belong to the tunnel.
class MessageReader {
 public:
  /// How many bytes are wanted next; 0 once message() is complete. Fails when the length is 0 or over the
  /// limit.
  [[nodiscard]] base::Result<std::size_t> wanted() const;
  /// Takes at most wanted() of the first bytes, however many are offered; returns how many it took.
  std::size_t feed(base::ByteView bytes);
  /// Complete once wanted() is 0; what there is of it before.
  [[nodiscard]] base::ByteView message() const;

 private:
  base::Bytes collected_;
};

}  // namespace qnet::peer
