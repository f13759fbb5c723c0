#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::demo_site {

/// What one visitor, and all of them together, may take.
struct Limits {
  std::size_t connections = 256;         ///< forty browsers with six each; at most some 64 MiB of buffers
  std::size_t header_bytes = 16 * 1024;  ///< what nginx takes of a long cookie, twice
  std::uint64_t download_bytes = std::uint64_t{2} * 1024 * 1024 * 1024;
  std::uint64_t upload_bytes = std::uint64_t{4} * 1024 * 1024 * 1024;
  std::size_t message_bytes = 1024 * 1024;      ///< one WebSocket message is held in memory
  std::chrono::milliseconds handshake{10'000};  ///< TLS or WebSocket, from the first byte to the last
  std::chrono::milliseconds header{10'000};     ///< from a request's first byte to the end of its header
  std::chrono::milliseconds idle{75'000};       ///< between two requests; nginx's value
  std::chrono::milliseconds progress{60'000};   ///< for the next byte of a body, in either direction
};

}  // namespace qnet::demo_site
