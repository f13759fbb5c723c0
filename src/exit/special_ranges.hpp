// The addresses that are not the public Internet.
#pragma once

#include <optional>

#include "exit/ip_address.hpp"
#include "exit/refusal.hpp"

namespace qnet::exit {

/// What kind of special address this is; nothing for an ordinary public one.
[[nodiscard]] std::optional<Refusal> special_range(const IpAddress& address);

}  // namespace qnet::exit
