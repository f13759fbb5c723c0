// SHA-256, HMAC-SHA-256 and HKDF (RFC 5869).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

using Digest = std::array<std::uint8_t, 32>;

/// The hash of the parts, one after the other.
[[nodiscard]] Digest sha256(std::initializer_list<base::ByteView> parts);
[[nodiscard]] inline Digest sha256(base::ByteView whole) { return sha256({whole}); }

/// SHA-256 of what comes piece by piece.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();

  void add(base::ByteView piece);
  /// Once, after the last piece.
  [[nodiscard]] Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// For protocols that fix it where nothing rests on it (RFC 6455 §4.2.2); never for a secret or a signature.
[[nodiscard]] std::array<std::uint8_t, 20> sha1(base::ByteView whole);

[[nodiscard]] Secret<32> hmac_sha256(base::ByteView key, std::initializer_list<base::ByteView> parts);

/// RFC 5869 §2.2.
[[nodiscard]] Secret<32> hkdf_extract(base::ByteView salt, base::ByteView input);

/// RFC 5869 §2.3: fills the whole of `out`, at most 255 × 32 bytes.
void hkdf_expand(base::ByteView key, base::ByteView info, base::MutableBytes out);

}  // namespace qnet::crypto
