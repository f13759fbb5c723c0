// Records that have no keys yet. TLS protects nothing of them, so somebody on the path may rewrite their
// headers, cut them, and put others in. What a client takes all the same is what Chromium's takes
// (BoringSSL).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

enum class ClearErrc {
  version = 1,  ///< a record of no TLS version at all
  too_long,
  unexpected,       ///< a record that has no place before the ServerHello, or one too many
  long_message,     ///< a handshake message over kLongestMessage
  bad_alert,        ///< of another size
  bad_alert_level,  ///< neither a warning nor fatal
  alert,            ///< the far end has broken the connection off
};
[[nodiscard]] inline const char* error_domain(ClearErrc) { return "tls records in clear"; }
[[nodiscard]] std::string_view describe(ClearErrc code);

/// What a browser answers to that: an alert's description (RFC 8446 §6), in clear. Nothing to an alert, and
/// nothing for an error of another kind.
[[nodiscard]] std::optional<std::uint8_t> clear_alert_for(const base::Error& error);

/// A fatal alert in clear, as a client sends it that has no keys. Its version is 0x0301, as the hello's.
void append_clear_alert(base::Bytes& to, std::uint8_t description);

/// The record that `bytes` begin with; nothing while it is not whole. RFC 8446 §5.1: of the version only the
/// first byte counts. It may be empty.
[[nodiscard]] base::Result<std::optional<RecordPrefix>> read_clear_record(base::ByteView bytes);

/// OpenSSL and BoringSSL take so many empty records in a row.
inline constexpr unsigned kEmptyRecords = 32;

/// What a client takes before it has keys.
class ClearRecords {
 public:
  /// Whether `body` goes on a handshake message. A warning does not, and is dropped.
  [[nodiscard]] base::Result<bool> take(std::uint8_t type, base::ByteView body);

 private:
  [[nodiscard]] base::Result<bool> take_alert(base::ByteView body);

  unsigned empty_ = 0;     // in a row
  unsigned warnings_ = 0;  // in a row
};

/// Of a handshake message without its header: BoringSSL's limit for a client, 100 KiB
/// (SSL_set_max_cert_list). It refuses a longer one by its header.
inline constexpr std::size_t kLongestMessage = std::size_t{100} * 1024;

/// The size of the handshake message that `bytes` begin with, once its header is there.
[[nodiscard]] std::optional<std::size_t> handshake_message_size(base::ByteView bytes);

}  // namespace qnet::client_hello
