// An IPv4 or IPv6 address as a value, without a socket library.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/base/bytes.hpp"

namespace qnet::ip {

class IpAddress {
 public:
  using V4Bytes = std::array<std::uint8_t, 4>;
  using V6Bytes = std::array<std::uint8_t, 16>;

  /// In network byte order. No scope: a zone id never comes with an address.
  explicit IpAddress(const V4Bytes& bytes);
  explicit IpAddress(const V6Bytes& bytes) : bytes_(bytes), size_(bytes.size()) {}

  /// 4 or 16 bytes in network byte order; nothing for any other size.
  [[nodiscard]] static std::optional<IpAddress> from_bytes(base::ByteView bytes);

  /// Takes only spellings with one meaning: four decimal parts without leading zeros, or RFC 4291 §2.2 forms
  /// 1 and 2 in at most 39 characters. No brackets, no zone id, no IPv4 tail, no blanks.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const { return size_ == sizeof(V4Bytes); }
  [[nodiscard]] base::ByteView bytes() const { return {bytes_.data(), size_}; }

  /// The canonical spelling (RFC 5952). Of a person's destination: never for a log.
  [[nodiscard]] std::string to_text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  V6Bytes bytes_{};
  std::size_t size_;
};

/// A network: all addresses of the same family that share their first `length` bits with `network`.
class Prefix {
 public:
  /// `length` in bits, at most 32 or 128: more counts as all of them.
  Prefix(IpAddress network, unsigned length) : network_(network), length_(length) {}

  /// "10.0.0.0/8", "2001:db8::/32". Nothing when malformed, or when a bit past the length is set.
  [[nodiscard]] static std::optional<Prefix> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress network_;
  unsigned length_;
};

}  // namespace qnet::ip
