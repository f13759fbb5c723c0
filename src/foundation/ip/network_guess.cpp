#include "foundation/ip/network_guess.hpp"

namespace qnet::ip {

namespace {
constexpr unsigned kV4Bits = 16;
constexpr unsigned kV6Bits = 32;
constexpr unsigned kFamilyAt = 32;  // above the longer of the two
}  // namespace

bool probably_same_network(const IpAddress& one, const IpAddress& other) {
  return Prefix(one, one.is_v4() ? kV4Bits : kV6Bits).contains(other);
}

std::uint64_t network_guess(const IpAddress& address) {
  std::uint64_t prefix = 0;
  for (const auto byte : address.bytes().first((address.is_v4() ? kV4Bits : kV6Bits) / 8))
    prefix = prefix << 8U | byte;
  return prefix | std::uint64_t{address.is_v4() ? 1U : 2U} << kFamilyAt;
}

}  // namespace qnet::ip
