// What a censor's tools reduce a ClientHello to. A hello may come from anybody: what is malformed in it
// counts as absent.
#pragma once

#include <string>
#include <vector>

#include "protocol/client_hello/client_hello.hpp"

namespace qnet::client_hello {

/// Two-byte numbers, one after the other.
[[nodiscard]] std::vector<std::uint16_t> numbers_in(base::ByteView bytes);
/// GREASE values all as 0A0A, others as they are.
[[nodiscard]] std::uint16_t tamed(std::uint16_t value);

enum class ExtensionOrder {
  sent,
  sorted  ///< "JA3N", for browsers that shuffle
};

/// JA3's text, without GREASE, and its MD5 (empty where OpenSSL refuses MD5).
[[nodiscard]] std::string ja3_text(const ClientHello& hello, ExtensionOrder order);
[[nodiscard]] std::string ja3(const ClientHello& hello, ExtensionOrder order);

/// FoxIO's JA4 for TLS over TCP.
[[nodiscard]] std::string ja4(const ClientHello& hello);

}  // namespace qnet::client_hello
