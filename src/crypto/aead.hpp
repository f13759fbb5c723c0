// ChaCha20-Poly1305 (RFC 8439), in place. One object holds one key and its OpenSSL contexts, which are
// made once and reused, so that sealing a record allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"

namespace qnet::crypto {

class ChaChaPoly {
 public:
  static constexpr std::size_t key_size = 32;
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t nonce_size = 12;
  using Nonce = std::array<std::uint8_t, nonce_size>;

  explicit ChaChaPoly(std::span<const std::uint8_t, key_size> key);
  ChaChaPoly(ChaChaPoly&&) noexcept;
  ChaChaPoly& operator=(ChaChaPoly&&) noexcept;
  ~ChaChaPoly();

  /// Takes another key into the same contexts.
  void set_key(std::span<const std::uint8_t, key_size> key);

  /// Encrypts `text` where it lies and writes its tag. `ad` may be empty.
  void seal(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
            std::span<std::uint8_t, tag_size> tag);

  /// Decrypts `text` where it lies. False when the tag does not match: `text` is then wiped.
  [[nodiscard]] bool open(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
                          std::span<const std::uint8_t, tag_size> tag);

  /// The nonce of a Noise counter: four zero bytes, then the counter in little-endian order (Noise §12.3).
  [[nodiscard]] static Nonce counter_nonce(std::uint64_t counter);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace qnet::crypto
