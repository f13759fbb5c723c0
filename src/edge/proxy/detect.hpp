#pragma once

#include <memory>
#include <optional>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/dialogue.hpp"

namespace qnet::proxy {

/// The first byte of SOCKS4 (its VN); detect_protocol() gives nothing for it.
inline constexpr std::uint8_t kSocks4 = 0x04;

/// All share a port: the first byte is 5 in SOCKS5 and an upper-case letter in HTTP, whose methods all begin
/// with one. Nothing for any other byte.
[[nodiscard]] std::unique_ptr<Dialogue> detect_protocol(std::uint8_t first_byte,
                                                        const std::optional<Credentials>& credentials);

/// What to say to SOCKS4, in its own words: "request rejected or failed".
[[nodiscard]] base::Bytes socks4_rejection();

}  // namespace qnet::proxy
