#include "edge/proxy/detect.hpp"

#include "edge/proxy/http_connect.hpp"
#include "edge/proxy/socks5.hpp"

namespace qnet::proxy {

std::unique_ptr<Dialogue> detect_protocol(std::uint8_t first_byte,
                                          const std::optional<Credentials>& credentials) {
  if (first_byte == 5) return std::make_unique<Socks5>(credentials);
  if (first_byte >= 'A' && first_byte <= 'Z') return std::make_unique<HttpConnect>(credentials);
  return nullptr;
}

// A version of 0, code 91, and a port and an address that mean nothing.
base::Bytes socks4_rejection() { return {0, 0x5b, 0, 0, 0, 0, 0, 0}; }

}  // namespace qnet::proxy
