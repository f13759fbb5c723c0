#include "directory/site.hpp"

#include <algorithm>
#include <array>

#include "base/endian.hpp"

namespace qnet::directory {

namespace {

/// IPv4 addresses are told from networks of IPv6 by a prefix that no such network has (0000::/8 is the
/// IETF's own).
constexpr std::uint64_t kV4 = 1ULL << 32U;

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Site site_of(const exit::IpAddress& address) {
  auto bytes = address.bytes();
  if (!address.is_v4() && std::ranges::equal(bytes.first(kMapped.size()), kMapped))
    bytes = bytes.subspan(kMapped.size());
  if (bytes.size() == sizeof(std::uint32_t)) return Site{kV4 | base::load_be<std::uint32_t>(bytes.data())};
  // ::1 is somewhere, too.
  return Site{std::max<std::uint64_t>(base::load_be<std::uint64_t>(bytes.data()), 1)};
}

}  // namespace qnet::directory
