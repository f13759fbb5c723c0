// The numbers of TLS 1.3 (RFC 8446) and the form of its records: what all need that write or read hellos.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/base/bytes.hpp"
#include "foundation/base/endian.hpp"
#include "foundation/base/result.hpp"

namespace qnet::client_hello {

enum class TlsFormatErrc {
  bad_record = 1,  ///< a record header that TLS 1.3 does not know, or a length outside its bounds
};
[[nodiscard]] inline const char* error_domain(TlsFormatErrc) { return "tls record"; }
[[nodiscard]] std::string_view describe(TlsFormatErrc code);

// Content types, RFC 8446 §5.1.
inline constexpr std::uint8_t kChangeCipherSpec = 20;
inline constexpr std::uint8_t kAlert = 21;
inline constexpr std::uint8_t kHandshake = 22;
inline constexpr std::uint8_t kApplicationData = 23;

// Handshake types, §4.
inline constexpr std::uint8_t kClientHello = 1;
inline constexpr std::uint8_t kServerHello = 2;

// Extension types, §4.2.
inline constexpr std::uint16_t kServerNameExtension = 0x0000;
inline constexpr std::uint16_t kAlpnExtension = 0x0010;
inline constexpr std::uint16_t kSupportedVersionsExtension = 0x002b;
inline constexpr std::uint16_t kKeyShareExtension = 0x0033;

// Groups: RFC 8446 §4.2.7 and draft-ietf-tls-ecdhe-mlkem.
inline constexpr std::uint16_t kX25519 = 0x001d;
inline constexpr std::uint16_t kX25519MlKem768 = 0x11ec;

inline constexpr std::uint16_t kTls10 = 0x0301;
inline constexpr std::uint16_t kTls12 = 0x0303;
inline constexpr std::uint16_t kTls13 = 0x0304;

inline constexpr std::size_t kRecordHeader = 5;
inline constexpr std::size_t kHandshakeHeader = 4;
inline constexpr std::size_t kRandomSize = 32;
/// RFC 8446 §5.1 and §5.2.
inline constexpr std::size_t kLargestPlaintext = 16384;
inline constexpr std::size_t kLargestCiphertext = 16384 + 256;

/// The body of a Finished record: the hash's length, the handshake header, the inner content type and the
/// tag.
[[nodiscard]] constexpr std::size_t finished_record_size(std::uint16_t cipher_suite) {
  return (cipher_suite == 0x1302 ? 48U : 32U) + kHandshakeHeader + 1 + 16;
}

/// Descriptions of alerts that end nothing or end in order (RFC 8446 §6.1).
inline constexpr std::uint8_t kCloseNotify = 0;
inline constexpr std::uint8_t kUserCanceled = 90;

/// The body of a sealed alert: two bytes, the inner content type and the tag.
inline constexpr std::size_t kAlertRecord = 2 + 1 + 16;

/// RFC 8701: 0x0A0A, 0x1A1A … 0xFAFA.
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0fU) == 0x0a0aU && (value >> 8U) == (value & 0xffU);
}

/// RFC 8446 §4.1.3: whether a ServerHello with this random asks for another ClientHello.
[[nodiscard]] bool is_retry_request(base::ByteView random);

struct RecordPrefix {
  std::uint8_t type;
  std::size_t body_size;
};

/// The record that `bytes` begin with, where both sides have keys; nothing while it is not whole. Fails on a
/// type, version or length that no TLS 1.3 peer sends. The header of a sealed record is authenticated
/// (RFC 8446 §5.2), and OpenSSL and BoringSSL demand version 0x0303 of a ChangeCipherSpec among them too.
[[nodiscard]] base::Result<std::optional<RecordPrefix>> read_record(base::ByteView bytes);

void append_record_header(base::Bytes& to, std::uint8_t type, std::size_t body_size,
                          std::uint16_t version = kTls12);

/// The whole record, 14 03 03 00 01 01 (RFC 8446 §D.4).
void append_change_cipher_spec(base::Bytes& to);
[[nodiscard]] bool is_change_cipher_spec(base::ByteView body);

/// RFC 8446 §5: until Finished, ChangeCipherSpec records are dropped, however many somebody on the path has
/// put in. OpenSSL and BoringSSL draw the line at 32.
inline constexpr unsigned kChangeCipherSpecs = 32;

template <std::unsigned_integral T>
void append_integer(base::Bytes& to, T value) {
  const auto at = to.size();
  to.resize(at + sizeof(T));
  base::store_be(to.data() + at, value);
}

}  // namespace qnet::client_hello
