#pragma once

#include <vector>

#include "foundation/base/result.hpp"
#include "foundation/ip/ip_address.hpp"

namespace qnet::ip {

/// The addresses of this machine's interfaces, each once. An address that a NAT in front maps to one of them
/// is not seen here: the operator's advertised address must be added.
[[nodiscard]] base::Result<std::vector<IpAddress>> own_addresses();

}  // namespace qnet::ip
