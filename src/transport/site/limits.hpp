#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::site {

/// What one visitor may take. Where nginx has a default, it is nginx's: others differ from it and stand out.
struct Limits {
  std::size_t header_bytes = std::size_t{32} * 1024;      ///< large_client_header_buffers 4 8k
  std::uint64_t body_bytes = std::uint64_t{1024} * 1024;  ///< client_max_body_size, of a folder's visitors
  std::chrono::milliseconds tls{60'000};     ///< client_header_timeout, which also bounds the TLS handshake
  std::chrono::milliseconds header{60'000};  ///< from a request's first byte to the end of its header
  std::chrono::milliseconds idle{75'000};    ///< keepalive_timeout, between two requests
  std::chrono::milliseconds progress{
      60'000};  ///< client_body_timeout and send_timeout: for the next bytes of a body
  std::chrono::milliseconds lingering{
      5'000};  ///< lingering_timeout: for one who still sends what was refused
  /// At once, on all cores: they must not use up the descriptors that peers need.
  std::size_t upstream_connections = 512;
  std::chrono::milliseconds upstream_connect{10'000};
  std::chrono::milliseconds upstream{60'000};  ///< proxy_read_timeout
  /// For a peer to finish the handshake: two round trips over a bad line.
  std::chrono::milliseconds peer{15'000};
};

}  // namespace qnet::site
