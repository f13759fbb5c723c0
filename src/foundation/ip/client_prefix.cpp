#include "foundation/ip/client_prefix.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/endian.hpp"

namespace qnet::ip {

namespace {

/// IPv4 addresses are told from networks of IPv6 by a prefix that no such network has (0000::/8 is the
/// IETF's own).
constexpr std::uint64_t kV4 = 1ULL << 32U;

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

ClientPrefix client_prefix(const IpAddress& address) {
  auto bytes = address.bytes();
  if (!address.is_v4() && std::ranges::equal(bytes.first(kMapped.size()), kMapped))
    bytes = bytes.subspan(kMapped.size());
  if (bytes.size() == sizeof(std::uint32_t))
    return ClientPrefix{kV4 | base::load_be<std::uint32_t>(bytes.data())};
  // ::/64 is zero, which means unknown.
  return ClientPrefix{std::max<std::uint64_t>(base::load_be<std::uint64_t>(bytes.data()), 1)};
}

}  // namespace qnet::ip
