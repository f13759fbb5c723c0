// The server's handshake messages (RFC 8446 §4), read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "protocol/tls/error.hpp"

namespace qnet::tls {

struct MessageLimits {
  /// A certificate chain with stapling and SCTs rarely passes 10 KiB; a browser takes one message of 100 KiB
  /// (client_hello::kLongestMessage), and has no limit for all.
  static constexpr std::size_t handshake = 128 * 1024;
  /// Real chains have two to four.
  static constexpr std::size_t certificates = 16;
};

// Handshake types, §4 and RFC 8879.
inline constexpr std::uint8_t kNewSessionTicket = 4;
inline constexpr std::uint8_t kEncryptedExtensions = 8;
inline constexpr std::uint8_t kCertificate = 11;
inline constexpr std::uint8_t kCertificateRequest = 13;
inline constexpr std::uint8_t kCertificateVerify = 15;
inline constexpr std::uint8_t kFinished = 20;
inline constexpr std::uint8_t kKeyUpdate = 24;
inline constexpr std::uint8_t kCompressedCertificate = 25;

struct ServerHelloMessage {
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  base::ByteView session_id;
  base::ByteView key_share;
  std::vector<std::uint16_t> extensions;  ///< their order
};
/// `message` without its four header bytes, here and below. Fails with tls12, hello_retry or malformed.
[[nodiscard]] base::Result<ServerHelloMessage> read_server_hello(base::ByteView message);

struct EncryptedExtensions {
  std::string alpn;
  std::optional<std::uint16_t> record_size_limit;
  std::optional<base::Bytes> ech_configs;  ///< RFC 9849 §5: what to try again with; a well-formed list
};
[[nodiscard]] base::Result<EncryptedExtensions> read_encrypted_extensions(base::ByteView message);

struct Certificates {
  std::vector<base::ByteView> der;
  bool stapled = false;  ///< an OCSP response came with the server's own
};
[[nodiscard]] base::Result<Certificates> read_certificates(base::ByteView message);

/// RFC 8879: the Certificate message's content.
[[nodiscard]] base::Result<base::Bytes> unpack_certificate(base::ByteView message);

struct CertificateVerify {
  std::uint16_t scheme = 0;
  base::ByteView signature;
};
[[nodiscard]] base::Result<CertificateVerify> read_certificate_verify(base::ByteView message);

}  // namespace qnet::tls
