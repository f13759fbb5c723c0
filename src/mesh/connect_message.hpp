// /qnet/connect/1 (design §4): a request {host, port}, an answer {status, bound address}. Each is deterministic CBOR
// behind a u16 length; raw bytes follow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "mesh/address.hpp"
#include "mesh/error.hpp"

namespace qnet::mesh {

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

struct ConnectLimits {
  /// Of an encoded message without its length.
  static constexpr std::size_t message = 512;
  static constexpr std::size_t host = 255;
};

struct ConnectRequest {
  std::string host;  ///< a name or an address as the application wrote it; the exit judges it
  std::uint16_t port = 0;

  [[nodiscard]] base::Bytes encode() const;
  [[nodiscard]] static base::Result<ConnectRequest> decode(base::ByteView message);
};

struct ConnectAnswer {
  ConnectStatus status = ConnectStatus::general_failure;
  HostPort bound;  ///< the exit's own address towards the site; empty host unless ok

  [[nodiscard]] base::Bytes encode() const;
  [[nodiscard]] static base::Result<ConnectAnswer> decode(base::ByteView message);
};

/// Collects one length-prefixed message, and no byte more.
class MessageReader {
 public:
  /// How many bytes are wanted next; 0 once message() is complete.
  [[nodiscard]] base::Result<std::size_t> wanted() const;
  /// At most wanted() bytes.
  void feed(base::ByteView bytes) { base::append(collected_, bytes); }
  [[nodiscard]] base::ByteView message() const { return base::ByteView(collected_).subspan(2); }

 private:
  base::Bytes collected_;
};

}  // namespace qnet::mesh
