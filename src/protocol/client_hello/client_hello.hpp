// A stranger's first bytes: one TLS record with one ClientHello (RFC 8446 §4.1.2), or something else.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "foundation/base/bytes.hpp"

namespace qnet::client_hello {

struct ClientHelloLimits {
  /// One plaintext record, RFC 8446 §5.1.
  static constexpr std::size_t record = 16384;
  /// Browsers send under 20.
  static constexpr std::size_t extensions = 64;
  static constexpr std::size_t key_shares = 16;
};

struct Extension {
  std::uint16_t type;
  base::ByteView body;
};

/// Views into the bytes that were parsed.
struct ClientHello {
  std::uint16_t record_version = 0;
  base::ByteView random;
  base::ByteView session_id;
  std::size_t session_id_offset = 0;  ///< from the start of the record
  base::ByteView cipher_suites;       ///< two bytes each
  std::vector<Extension> extensions;  ///< in their order

  [[nodiscard]] std::optional<base::ByteView> extension(std::uint16_t type) const;
  /// The key offered for a group; nothing when there is none or the extension is malformed.
  [[nodiscard]] std::optional<base::ByteView> key_share(std::uint16_t group) const;
  [[nodiscard]] bool offers_tls13() const;
  /// The host_name of server_name; empty when there is none.
  [[nodiscard]] std::string_view server_name() const;
};

enum class ClientHelloStatus {
  need_more,         ///< all bytes so far belong to such a record
  not_client_hello,  ///< they do not; said at the first byte that shows it
  parsed,
};

struct ParsedClientHello {
  ClientHelloStatus status;
  ClientHello hello;
  std::size_t consumed = 0;
};

[[nodiscard]] ParsedClientHello parse_client_hello(base::ByteView bytes);

}  // namespace qnet::client_hello
