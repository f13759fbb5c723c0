#include "network/mdns/subnet.hpp"

#include <algorithm>
#include <bit>

#include "overlay/peer/address.hpp"

namespace qnet::mdns {

namespace {

bool contains(const Subnet& subnet, Ip4 address) {
  if (std::countl_one(subnet.mask) < Subnet::shortest_mask) return false;
  if (((subnet.address ^ address) & subnet.mask) != 0) return false;
  const Ip4 hosts = ~subnet.mask;
  const Ip4 host = address & hosts;
  // The first address is the network itself and the last all of its hosts, but where there are two (RFC
  // 3021).
  return hosts <= 1 || (host != 0 && host != hosts);
}

}  // namespace

std::optional<Ip4> parse_ip4(std::string_view text) {
  if (peer::host_kind(text) != peer::HostKind::ipv4) return std::nullopt;
  Ip4 address = 0;
  Ip4 part = 0;
  for (const char c : text) {
    if (c != '.') {
      part = part * 10 + static_cast<Ip4>(c - '0');
      continue;
    }
    address = (address << 8U) | part;
    part = 0;
  }
  return (address << 8U) | part;
}

std::string ip4_text(Ip4 address) {
  std::string text;
  for (const auto shift : {24U, 16U, 8U, 0U}) {
    if (!text.empty()) text += '.';
    text += std::to_string((address >> shift) & 0xffU);
  }
  return text;
}

bool is_on_link(Ip4 address, std::span<const Subnet> link) {
  return std::ranges::any_of(link, [address](const Subnet& subnet) { return contains(subnet, address); });
}

}  // namespace qnet::mdns
