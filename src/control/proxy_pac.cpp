#include "control/proxy_pac.hpp"

#include <fmt/format.h>

namespace qnet::control {

std::string proxy_pac(std::string_view address) {
  return fmt::format(R"(function FindProxyForURL(url, host) {{
  if (host === "localhost" || host === "127.0.0.1" || host === "[::1]" || host === "::1") return "DIRECT";
  return "SOCKS5 {0}; PROXY {0}";
}}
)",
                     address);
}

}  // namespace qnet::control
