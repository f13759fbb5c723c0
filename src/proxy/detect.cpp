#include "proxy/detect.hpp"

#include "proxy/http_connect.hpp"
#include "proxy/socks5.hpp"

namespace qnet::proxy {

std::unique_ptr<Dialogue> detect_protocol(std::uint8_t first_byte, const std::optional<Credentials>& credentials) {
  if (first_byte == 5) return std::make_unique<Socks5>(credentials);
  const bool letter = (first_byte >= 'A' && first_byte <= 'Z') || (first_byte >= 'a' && first_byte <= 'z');
  if (letter) return std::make_unique<HttpConnect>(credentials);
  return nullptr;
}

base::Bytes socks4_rejection() { return {0, 0x5b, 0, 0, 0, 0, 0, 0}; }

}  // namespace qnet::proxy
