// The AEAD ciphers of TLS 1.3, in place; HTX's own records and Noise use ChaCha20-Poly1305 (RFC 8439) alone.
// An object holds a key and no more: OpenSSL's context, which takes a kilobyte, is made once for each thread
// and algorithm, and takes the key of who used it last. So sealing a record allocates nothing, and thousands
// of idle circuits cost little.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

enum class AeadAlgorithm { chacha20_poly1305, aes_128_gcm, aes_256_gcm };

class Aead {
 public:
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t nonce_size = 12;
  using Nonce = std::array<std::uint8_t, nonce_size>;

  [[nodiscard]] static std::size_t key_size_of(AeadAlgorithm algorithm);

  /// `key` has the algorithm's size.
  Aead(AeadAlgorithm algorithm, base::ByteView key);
  Aead(Aead&& other) noexcept;
  Aead& operator=(Aead&& other) noexcept;
  /// Wipes the key, also from the context of this thread. One that was used on another thread stays in that
  /// thread's context until it is used there again.
  ~Aead();

  /// Encrypts `text` where it lies and writes its tag. `ad` may be empty.
  void seal(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
            std::span<std::uint8_t, tag_size> tag);

  /// Decrypts `text` where it lies. False when the tag does not match: `text` is then wiped.
  [[nodiscard]] bool open(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
                          std::span<const std::uint8_t, tag_size> tag);

 protected:
  void take_key(base::ByteView key);

 private:
  struct Context;
  [[nodiscard]] Context& context() const;
  void forget_key();

  AeadAlgorithm algorithm_;
  Secret<32> key_;
  /// Of all keys that were ever taken, so that a context knows whose it has; 0: moved away.
  std::uint64_t key_number_ = 0;
};

class ChaChaPoly : public Aead {
 public:
  static constexpr std::size_t key_size = 32;

  explicit ChaChaPoly(std::span<const std::uint8_t, key_size> key);

  /// Takes another key.
  void set_key(std::span<const std::uint8_t, key_size> key);

  /// The nonce of a Noise counter: four zero bytes, then the counter in little-endian order (Noise §12.3).
  [[nodiscard]] static Nonce counter_nonce(std::uint64_t counter);
};

}  // namespace qnet::crypto
