#include "directory/public_address.hpp"

#include "exit/host.hpp"
#include "exit/special_names.hpp"
#include "exit/special_ranges.hpp"

namespace qnet::directory {

bool may_be_public(std::string_view host) {
  const auto parsed = exit::parse_host(host);
  if (const auto* const address = std::get_if<exit::IpAddress>(&parsed))
    return !exit::special_range(*address);
  const auto* const name = std::get_if<exit::HostName>(&parsed);
  return name != nullptr && !exit::special_name(name->text);
}

}  // namespace qnet::directory
