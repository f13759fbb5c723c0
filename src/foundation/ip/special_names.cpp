#include "foundation/ip/special_names.hpp"

#include <algorithm>

namespace qnet::ip {

namespace {

// Each with all names below it. IANA Special-Use Domain Names registry unless another source is named.
// Whatever lies in `arpa` is infrastructure, and there is no web site in it.
constexpr std::string_view kLocal[] = {
    "alt",          // RFC 9476
    "arpa",         // RFC 3172; holds home.arpa, in-addr.arpa, ip6.arpa, ipv4only.arpa, resolver.arpa …
    "example",      // RFC 6761; example.com, .net and .org are real web sites
    "internal",     // ICANN board resolution 2024.07.29.06
    "invalid",      // RFC 6761
    "local",        // RFC 6762
    "localhost",    // RFC 6761
    "onion",        // RFC 7686
    "test",         // RFC 6761
    "corp",         // ICANN: never delegated, for name collisions
    "home",         //   the same
    "mail",         //   the same
    "intranet",     // RFC 6762 appendix G: in use on private networks
    "lan",          //   the same
    "private",      //   the same
    "localdomain",  // the default of many systems and routers
    "i2p",          // not the DNS's, as .onion is not
    "qnet",         // QNet's own names (design L5): asking the DNS would give them away
};

// Public names that only answer inside one cloud. The others (metadata.google.internal, instance-data …) are
// local names, but are told apart so that the operator sees what was tried.
constexpr std::string_view kMetadata[] = {
    "metadata",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.tencentyun.com",
    "api.metadata.cloud.ibm.com",
    "rancher-metadata",
    "rancher-metadata.rancher.internal",
};

bool is_or_is_below(std::string_view name, std::string_view domain) {
  if (!name.ends_with(domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

// Every top-level domain of the root zone is letters only or an A-label (RFC 3696 §2); others are somebody's
// own.
bool is_top_level(std::string_view label) {
  if (label.starts_with("xn--")) return true;
  return label.size() >= 2 &&
         std::all_of(label.begin(), label.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

template <std::size_t N>
bool is_in(std::string_view name, const std::string_view (&domains)[N]) {
  return std::any_of(std::begin(domains), std::end(domains),
                     [name](std::string_view domain) { return is_or_is_below(name, domain); });
}

}  // namespace

std::optional<SpecialName> special_name(std::string_view name) {
  if (std::find(std::begin(kMetadata), std::end(kMetadata), name) != std::end(kMetadata))
    return SpecialName::cloud_metadata;
  // Some resolvers search the local network for a name of one label, and no top-level domain is a web site.
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || !is_top_level(name.substr(dot + 1)) || is_in(name, kLocal))
    return SpecialName::local_name;
  return std::nullopt;
}

}  // namespace qnet::ip
