#include "edge/exit/refusal.hpp"

#include <array>

namespace qnet::exit {

namespace {

struct Texts {
  std::string_view label;
  std::string_view sentence;
};

// In the order of the enum.
constexpr std::array<Texts, kRefusals> kTexts{{
    {"port", "a port that this exit does not serve"},
    {"malformed_name", "no well-formed host name"},
    {"not_ascii", "a host name that is not ASCII"},
    {"odd_address", "an address in an odd spelling"},
    {"local_name", "a name of a local network or for special use"},
    {"cloud_metadata", "a cloud's metadata service"},
    {"own_address", "an address of the exit itself"},
    {"operator_refused", "a network that the operator refuses"},
    {"loopback", "a loopback address"},
    {"private_network", "an address of a private network"},
    {"link_local", "a link-local address"},
    {"carrier_nat", "an address of a carrier's NAT"},
    {"multicast", "a multicast address"},
    {"documentation", "an address for documentation"},
    {"benchmarking", "an address for benchmarking"},
    {"unique_local", "a unique-local address"},
    {"embedded_ipv4", "an IPv6 address that carries an IPv4 address"},
    {"reserved", "an address of reserved space"},
}};

}  // namespace

Refusal refusal_of(ip::HostError error) {
  switch (error) {
    case ip::HostError::not_ascii: return Refusal::not_ascii;
    case ip::HostError::odd_address: return Refusal::odd_address;
    case ip::HostError::malformed_name: break;
  }
  return Refusal::malformed_name;
}

Refusal refusal_of(ip::SpecialName name) {
  switch (name) {
    case ip::SpecialName::cloud_metadata: return Refusal::cloud_metadata;
    case ip::SpecialName::local_name: break;
  }
  return Refusal::local_name;
}

Refusal refusal_of(ip::SpecialRange range) {
  switch (range) {
    case ip::SpecialRange::cloud_metadata: return Refusal::cloud_metadata;
    case ip::SpecialRange::loopback: return Refusal::loopback;
    case ip::SpecialRange::private_network: return Refusal::private_network;
    case ip::SpecialRange::link_local: return Refusal::link_local;
    case ip::SpecialRange::carrier_nat: return Refusal::carrier_nat;
    case ip::SpecialRange::multicast: return Refusal::multicast;
    case ip::SpecialRange::documentation: return Refusal::documentation;
    case ip::SpecialRange::benchmarking: return Refusal::benchmarking;
    case ip::SpecialRange::unique_local: return Refusal::unique_local;
    case ip::SpecialRange::embedded_ipv4: return Refusal::embedded_ipv4;
    case ip::SpecialRange::reserved: break;
  }
  return Refusal::reserved;
}

std::string_view describe(Refusal reason) { return kTexts.at(static_cast<std::size_t>(reason)).sentence; }

std::string_view label(Refusal reason) { return kTexts.at(static_cast<std::size_t>(reason)).label; }

}  // namespace qnet::exit
