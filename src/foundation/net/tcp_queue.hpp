// What the kernel knows of a TCP connection's outgoing bytes. Zeros where this kernel does not tell.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qnet::net {

/// Bytes a second that the peer has acknowledged lately; 0 before the first.
[[nodiscard]] std::uint64_t delivery_rate(int fd);

/// Bytes that were written and not yet sent.
[[nodiscard]] std::size_t unsent_bytes(int fd);

/// Bytes that the peer has acknowledged since the connection began.
[[nodiscard]] std::uint64_t acknowledged_bytes(int fd);

/// Bytes that were written and not yet acknowledged.
[[nodiscard]] std::size_t waiting_bytes(int fd);

}  // namespace qnet::net
