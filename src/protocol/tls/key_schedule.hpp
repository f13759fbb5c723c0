// The key schedule of TLS 1.3 (RFC 8446 §7.1), without PSKs, and the transcript that it hashes.
#pragma once

#include <string_view>

#include "protocol/tls/cipher_suite.hpp"

namespace qnet::tls {

/// HKDF-Expand-Label.
[[nodiscard]] crypto::SecretBytes expand_label(crypto::Hash hash, base::ByteView secret,
                                               std::string_view label, base::ByteView context,
                                               std::size_t size);

struct TrafficSecrets {
  crypto::SecretBytes client;
  crypto::SecretBytes server;
};

class KeySchedule {
 public:
  explicit KeySchedule(CipherSuite suite) : suite_(suite), secret_({}), exporter_({}) {}

  /// A handshake message, its four header bytes included, in the order sent or received.
  void add(base::ByteView message) { base::append(transcript_, message); }

  /// After ServerHello was added. `shared` is that of the key exchange.
  [[nodiscard]] TrafficSecrets enter_handshake(base::ByteView shared);
  /// After the server's Finished was added.
  [[nodiscard]] TrafficSecrets enter_application();

  /// A Finished's content over what was added so far (§4.4.4).
  [[nodiscard]] crypto::SecretBytes finished(base::ByteView base_key) const;
  [[nodiscard]] base::Bytes transcript_hash() const { return crypto::digest(suite_.hash, transcript_); }
  /// The next generation of a traffic secret (§7.2).
  [[nodiscard]] crypto::SecretBytes next(base::ByteView traffic_secret) const;
  /// §7.5, after enter_application().
  [[nodiscard]] crypto::SecretBytes exporter(std::string_view label, base::ByteView context,
                                             std::size_t size) const;

  [[nodiscard]] const CipherSuite& suite() const { return suite_; }

 private:
  [[nodiscard]] crypto::SecretBytes derive(base::ByteView secret, std::string_view label,
                                           base::ByteView hash) const;
  void advance(base::ByteView input);

  CipherSuite suite_;
  base::Bytes transcript_;
  crypto::SecretBytes secret_;
  crypto::SecretBytes exporter_;
};

}  // namespace qnet::tls
