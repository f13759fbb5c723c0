// Which alert a browser sends for a server's fault (RFC 8446 §6.2).
#pragma once

#include <cstdint>

#include "foundation/base/result.hpp"

namespace qnet::tls {

/// The alert's description, as its number.
[[nodiscard]] std::uint8_t alert_for(const base::Error& error);

}  // namespace qnet::tls
