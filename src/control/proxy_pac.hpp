// A proxy configuration for browsers (Netscape's PAC format, as browsers read it).
#pragma once

#include <string>
#include <string_view>

namespace qnet::control {

/// All but this machine's own names goes through the proxy at `address`, host:port. There is no way around
/// it: where the proxy does not answer, pages fail.
[[nodiscard]] std::string proxy_pac(std::string_view address);

}  // namespace qnet::control
