// The relay's ServerHello (RFC 8446 §4.1.3), built in the form of the mirrored origin's, and read by the
// peer.
#pragma once

#include <cstdint>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/x25519.hpp"

namespace qnet::htx {

struct ServerHelloFields {
  base::Bytes session_id;
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  std::vector<std::uint16_t> extension_order;
  base::Bytes ml_kem_ciphertext;  ///< 1088 bytes for X25519MLKEM768, else empty
  crypto::X25519Public x25519{};
};

struct BuiltServerHello {
  base::Bytes record;  ///< header included; the 32 bytes of random are zeros
  std::size_t random_offset = 0;
};

[[nodiscard]] BuiltServerHello build_server_hello(const ServerHelloFields& fields);

struct ServerHello {
  base::ByteView random;
  std::size_t random_offset = 0;  ///< in the message
  base::ByteView session_id;
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  base::ByteView ml_kem_ciphertext;
  base::ByteView x25519;  ///< 32 bytes
};

enum class ServerHelloStatus { malformed, hello_retry_request, parsed };

struct ParsedServerHello {
  ServerHelloStatus status;
  ServerHello hello;
};

/// The first handshake message of what the far end sent, whole and with its header. A ServerHello that a TLS
/// 1.3 peer could not have sent to our hello, or that chose what HTX cannot use, is malformed.
[[nodiscard]] ParsedServerHello parse_server_hello(base::ByteView message);

}  // namespace qnet::htx
