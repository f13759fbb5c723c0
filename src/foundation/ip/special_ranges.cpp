#include "foundation/ip/special_ranges.hpp"

#include <algorithm>
#include <vector>

namespace qnet::ip {

namespace {

struct Range {
  const char* prefix;
  SpecialRange reason;
};

// Metadata first, since some of these lie in the ranges below and their refusal is to be seen as what it is.
constexpr Range kMetadata[] = {
    {"169.254.169.254/32",
     SpecialRange::cloud_metadata},  // AWS, Azure, GCP, Oracle, DigitalOcean, OpenStack …
    {"169.254.169.253/32", SpecialRange::cloud_metadata},  // AWS: DNS
    {"169.254.169.123/32", SpecialRange::cloud_metadata},  // AWS: time
    {"169.254.170.2/32", SpecialRange::cloud_metadata},    // AWS ECS: credentials of a task
    {"169.254.170.23/32", SpecialRange::cloud_metadata},   // AWS EKS: credentials of a pod
    {"169.254.0.23/32", SpecialRange::cloud_metadata},     // Tencent
    {"169.254.42.42/32", SpecialRange::cloud_metadata},    // Scaleway
    {"100.100.100.200/32", SpecialRange::cloud_metadata},  // Alibaba
    {"168.63.129.16/32", SpecialRange::cloud_metadata},    // Azure: wire server, in public space
    {"fd00:ec2::/32", SpecialRange::cloud_metadata},     // AWS: fd00:ec2::254 metadata, ::253 DNS, ::123 time
    {"fd20:ce::254/128", SpecialRange::cloud_metadata},  // GCP
    {"fd00:c1::a9fe:a9fe/128", SpecialRange::cloud_metadata},  // Oracle
    {"fd00:42::42/128", SpecialRange::cloud_metadata},         // Scaleway
    {"fe80::a9fe:a9fe/128", SpecialRange::cloud_metadata},     // OpenStack
};

// IANA IPv4 Special-Purpose Address Registry, and the IPv4 Multicast and Address Space registries for 224/3.
constexpr Range kIpv4[] = {
    {"0.0.0.0/8", SpecialRange::reserved},             // RFC 791: this network
    {"10.0.0.0/8", SpecialRange::private_network},     // RFC 1918
    {"100.64.0.0/10", SpecialRange::carrier_nat},      // RFC 6598
    {"127.0.0.0/8", SpecialRange::loopback},           // RFC 1122
    {"169.254.0.0/16", SpecialRange::link_local},      // RFC 3927
    {"172.16.0.0/12", SpecialRange::private_network},  // RFC 1918
    {"192.0.0.0/24",
     SpecialRange::reserved},  // RFC 6890: protocol assignments (DS-Lite, NAT64 discovery, PCP …)
    {"192.0.2.0/24", SpecialRange::documentation},      // RFC 5737: TEST-NET-1
    {"192.31.196.0/24", SpecialRange::reserved},        // RFC 7535: AS112
    {"192.52.193.0/24", SpecialRange::reserved},        // RFC 7450: AMT relays
    {"192.88.99.0/24", SpecialRange::reserved},         // RFC 7526: 6to4 relays, deprecated
    {"192.168.0.0/16", SpecialRange::private_network},  // RFC 1918
    {"192.175.48.0/24", SpecialRange::reserved},        // RFC 7534: AS112
    {"198.18.0.0/15", SpecialRange::benchmarking},      // RFC 2544
    {"198.51.100.0/24", SpecialRange::documentation},   // RFC 5737: TEST-NET-2
    {"203.0.113.0/24", SpecialRange::documentation},    // RFC 5737: TEST-NET-3
    {"224.0.0.0/4", SpecialRange::multicast},           // RFC 5771
    {"240.0.0.0/4", SpecialRange::reserved},            // RFC 1112 §4; 255.255.255.255 is in it
};

// IANA IPv6 Special-Purpose Address Registry. What is neither here nor in 2000::/3 is reserved too.
constexpr Range kIpv6[] = {
    {"::1/128", SpecialRange::loopback},               // RFC 4291
    {"::/128", SpecialRange::reserved},                // RFC 4291: unspecified
    {"::ffff:0:0/96", SpecialRange::embedded_ipv4},    // RFC 4291: IPv4-mapped
    {"::ffff:0:0:0/96", SpecialRange::embedded_ipv4},  // RFC 2765: IPv4-translated (SIIT)
    {"::/96", SpecialRange::embedded_ipv4},            // RFC 4291: IPv4-compatible, deprecated
    {"64:ff9b::/96", SpecialRange::embedded_ipv4},     // RFC 6052: NAT64
    {"64:ff9b:1::/48", SpecialRange::embedded_ipv4},   // RFC 8215: NAT64 for local use
    {"2001::/32", SpecialRange::embedded_ipv4},        // RFC 4380: Teredo
    {"2001:2::/48", SpecialRange::benchmarking},       // RFC 5180
    {"2001::/23", SpecialRange::reserved},  // RFC 2928: protocol assignments (PCP, TURN, AMT, ORCHID, DRIP …)
    {"2001:db8::/32", SpecialRange::documentation},  // RFC 3849
    {"2002::/16", SpecialRange::embedded_ipv4},      // RFC 3056: 6to4
    {"2620:4f:8000::/48", SpecialRange::reserved},   // RFC 7534: AS112
    {"3ffe::/16", SpecialRange::reserved},           // RFC 3701: the 6bone, returned
    {"3fff::/20", SpecialRange::documentation},      // RFC 9637
    {"fc00::/7", SpecialRange::unique_local},        // RFC 4193
    {"fe80::/10", SpecialRange::link_local},         // RFC 4291
    {"fec0::/10", SpecialRange::private_network},    // RFC 3879: site-local, deprecated
    {"ff00::/8", SpecialRange::multicast},           // RFC 4291
};

struct Entry {
  Prefix prefix;
  SpecialRange reason;
};

const std::vector<Entry>& table() {
  static const auto entries = [] {
    std::vector<Entry> all;
    const auto add = [&all](const auto& ranges) {
      for (const auto& range : ranges) all.push_back({Prefix::parse(range.prefix).value(), range.reason});
    };
    add(kMetadata);
    add(kIpv4);
    add(kIpv6);
    return all;
  }();
  return entries;
}

// RFC 5214 §6.1: an ISATAP router reads the IPv4 address behind this interface identifier, under any prefix.
bool is_isatap(base::ByteView v6) {
  return (v6[8] & 0xfd) == 0 && v6[9] == 0 && v6[10] == 0x5e && v6[11] == 0xfe;
}

// RFC 4291 §2.4: the only space that global unicast addresses have been assigned from.
bool is_global_unicast(base::ByteView v6) { return v6[0] >> 5 == 1; }

}  // namespace

std::optional<SpecialRange> special_range(const IpAddress& address) {
  const auto& entries = table();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.prefix.contains(address); });
  if (found != entries.end()) return found->reason;
  if (address.is_v4()) return std::nullopt;
  if (!is_global_unicast(address.bytes())) return SpecialRange::reserved;
  if (is_isatap(address.bytes())) return SpecialRange::embedded_ipv4;
  return std::nullopt;
}

}  // namespace qnet::ip
