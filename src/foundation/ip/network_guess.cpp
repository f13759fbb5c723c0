#include "foundation/ip/network_guess.hpp"

namespace qnet::ip {

namespace {
constexpr unsigned kV4Bits = 16;
constexpr unsigned kV6Bits = 32;
}  // namespace

bool probably_same_network(const IpAddress& one, const IpAddress& other) {
  return Prefix(one, one.is_v4() ? kV4Bits : kV6Bits).contains(other);
}

}  // namespace qnet::ip
