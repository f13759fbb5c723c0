#pragma once

#include <vector>

#include "exit/error.hpp"
#include "exit/ip_address.hpp"

namespace qnet::exit {

/// The addresses of this machine's interfaces, each once. An address that a NAT in front maps to one of them
/// is not seen here: the operator's advertised address must be added.
[[nodiscard]] base::Result<std::vector<IpAddress>> own_addresses();

}  // namespace qnet::exit
