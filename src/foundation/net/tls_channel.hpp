// A TLS connection as a ByteStream. HTTP code uses this interface, and does not depend on the TLS library.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

using TlsExporter = std::array<std::uint8_t, 32>;

class TlsChannel : public ByteStream {
 public:
  /// Keying material of this very connection (RFC 8446 §7.5), the same on both of its ends and known to
  /// nobody between them. The context value is empty. Fails below TLS 1.3.
  [[nodiscard]] virtual base::Result<TlsExporter> exporter(std::string_view label) = 0;

  /// What ALPN (RFC 7301) chose; empty when nothing.
  [[nodiscard]] virtual std::string protocol() const = 0;
};

}  // namespace qnet::net
