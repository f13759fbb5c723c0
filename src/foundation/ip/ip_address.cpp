#include "foundation/ip/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace qnet::ip {

IpAddress::IpAddress(const V4Bytes& bytes) : size_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<IpAddress> IpAddress::from_bytes(base::ByteView bytes) {
  if (bytes.size() != sizeof(V4Bytes) && bytes.size() != sizeof(V6Bytes)) return std::nullopt;
  IpAddress address(V6Bytes{});
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  address.size_ = bytes.size();
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  constexpr std::string_view kV4Characters = "0123456789.";
  constexpr std::string_view kV6Characters = "0123456789abcdefABCDEF:";
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  if (text.find_first_not_of(kV6Characters) == std::string_view::npos) {
    V6Bytes bytes{};
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
    return IpAddress(bytes);
  }
  if (text.find_first_not_of(kV4Characters) != std::string_view::npos) return std::nullopt;
  V4Bytes bytes{};
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  const IpAddress address(bytes);
  // Some C libraries read "010" as ten and some as eight: only the spelling that all of them write is taken.
  if (address.to_text() != text) return std::nullopt;
  return address;
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto network = IpAddress::parse(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (!network || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const auto bytes = network->bytes();
  if (length > bytes.size() * 8) return std::nullopt;
  for (std::size_t bit = length; bit < bytes.size() * 8; ++bit) {
    if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return Prefix(*network, length);
}

bool Prefix::contains(const IpAddress& address) const {
  if (address.is_v4() != network_.is_v4()) return false;
  const auto a = address.bytes();
  const auto b = network_.bytes();
  const auto length = std::min<std::size_t>(length_, a.size() * 8);
  const auto whole = length / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  if (length % 8 == 0) return true;
  return (a[whole] ^ b[whole]) >> (8 - length % 8) == 0;
}

}  // namespace qnet::ip
