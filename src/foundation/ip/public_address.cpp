#include "foundation/ip/public_address.hpp"

#include "foundation/ip/host.hpp"
#include "foundation/ip/special_names.hpp"
#include "foundation/ip/special_ranges.hpp"

namespace qnet::ip {

bool may_be_public(std::string_view host) {
  const auto parsed = parse_host(host);
  if (const auto* const address = std::get_if<IpAddress>(&parsed)) return !special_range(*address);
  const auto* const name = std::get_if<HostName>(&parsed);
  return name != nullptr && !special_name(name->text);
}

}  // namespace qnet::ip
