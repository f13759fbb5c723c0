#pragma once

#include <memory>
#include <optional>

#include "proxy/credentials.hpp"
#include "proxy/dialogue.hpp"

namespace qnet::proxy {

/// Both protocols share a port: the first byte is 5 in SOCKS5 and a letter in HTTP. Nothing for any other byte.
[[nodiscard]] std::unique_ptr<Dialogue> detect_protocol(std::uint8_t first_byte,
                                                        const std::optional<Credentials>& credentials);

/// What to say to SOCKS4, which cannot be refused in its own words otherwise: "request rejected".
[[nodiscard]] base::Bytes socks4_rejection();

}  // namespace qnet::proxy
