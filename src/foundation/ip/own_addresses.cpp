#include "foundation/ip/own_addresses.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include "foundation/net/error.hpp"

namespace qnet::ip {

namespace {

std::optional<IpAddress> address_of(const sockaddr* from) {
  if (from == nullptr) return std::nullopt;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, from, sizeof v4);
    return IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), sizeof v4.sin_addr});
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    return IpAddress::from_bytes(v6.sin6_addr.s6_addr);
  }
  return std::nullopt;
}

struct FreeList {
  void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

}  // namespace

base::Result<std::vector<IpAddress>> own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0)
    return base::fail(net::Errc::failed, "reading the interfaces: " + std::generic_category().message(errno));
  const std::unique_ptr<ifaddrs, FreeList> list(first);
  std::vector<IpAddress> addresses;
  for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (const auto address = address_of(entry->ifa_addr)) addresses.push_back(*address);
  }
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace qnet::ip
