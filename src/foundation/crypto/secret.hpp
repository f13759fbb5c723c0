// Bytes that wipe themselves, and cannot be copied, compared with == or printed by accident.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/base/bytes.hpp"

namespace qnet::crypto {

/// Overwrites with zeros in a way that the compiler must keep (OPENSSL_cleanse).
void wipe(base::MutableBytes bytes);

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size = N;

  Secret() = default;
  explicit Secret(std::span<const std::uint8_t, N> from) { std::ranges::copy(from, bytes_.begin()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  /// A deliberate second copy.
  [[nodiscard]] Secret clone() const { return Secret(view()); }
  [[nodiscard]] std::span<const std::uint8_t, N> view() const { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t, N> data() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// A byte string of any length that wipes itself. Cannot be copied.
class SecretBytes {
 public:
  explicit SecretBytes(base::Bytes bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretBytes() { wipe(bytes_); }

  [[nodiscard]] base::ByteView view() const { return bytes_; }

 private:
  base::Bytes bytes_;
};

}  // namespace qnet::crypto
