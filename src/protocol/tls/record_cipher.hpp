// One direction's protected records (RFC 8446 §5.2, §5.3).
#pragma once

#include "foundation/base/result.hpp"
#include "protocol/tls/cipher_suite.hpp"
#include "protocol/tls/error.hpp"

namespace qnet::tls {

/// RFC 8446 §5.5: an AES-GCM key is good for 2^24.5 full records.
inline constexpr std::uint64_t kRecordsPerKey = std::uint64_t{1} << 24U;

class RecordCipher {
 public:
  RecordCipher(const CipherSuite& suite, base::ByteView traffic_secret);

  /// Appends one record with `text`, at most 2^14 bytes.
  [[nodiscard]] base::Result<void> seal(std::uint8_t type, base::ByteView text, base::Bytes& out);

  struct Opened {
    std::uint8_t type;
    base::MutableBytes text;  ///< inside the body
  };
  [[nodiscard]] std::uint64_t sealed() const { return sequence_; }

  /// Opens a record's body where it lies.
  [[nodiscard]] base::Result<Opened> open(base::ByteView header, base::MutableBytes body);

 private:
  [[nodiscard]] crypto::Aead::Nonce next_nonce();

  crypto::Aead aead_;
  crypto::SecretBytes iv_;
  std::uint64_t sequence_ = 0;
};

}  // namespace qnet::tls
