// Hashing and HKDF (RFC 5869) with the hash of a TLS 1.3 cipher suite. For handshakes with other people's
// servers; HTX's own handshake uses the SHA-256 of hash.hpp, which allocates nothing.
#pragma once

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

enum class Hash { sha256, sha384 };

[[nodiscard]] constexpr std::size_t size_of(Hash hash) { return hash == Hash::sha256 ? 32 : 48; }

[[nodiscard]] base::Bytes digest(Hash hash, base::ByteView text);
[[nodiscard]] SecretBytes hmac(Hash hash, base::ByteView key, base::ByteView text);

/// RFC 5869 §2.2.
[[nodiscard]] SecretBytes hkdf_extract(Hash hash, base::ByteView salt, base::ByteView input);
/// RFC 5869 §2.3: `size` bytes, at most 255 times the hash's.
[[nodiscard]] SecretBytes hkdf_expand(Hash hash, base::ByteView key, base::ByteView info, std::size_t size);

}  // namespace qnet::crypto
