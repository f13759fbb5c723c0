// ClientHellos with all that is drawn anew taken out, and the captures of real ones. For tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/core.h>

#include "foundation/base/bytes.hpp"
#include "foundation/base/endian.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/fingerprint.hpp"

namespace qnet::client_hello::testing {

/// A ClientHello with everything that is drawn anew replaced by what stays: two hellos of one browser are
/// equal.
struct Normal {
  std::uint16_t record_version;
  std::vector<std::uint16_t> ciphers;
  std::vector<std::string> extensions;  ///< in their order; each as type and body
  bool operator==(const Normal&) const = default;
};

[[nodiscard]] inline Normal sorted(Normal hello) {
  std::ranges::sort(hello.extensions);
  return hello;
}

/// The groups and sizes of the key shares.
[[nodiscard]] inline std::string key_shares(base::ByteView body) {
  std::string text;
  for (body = body.subspan(2); body.size() >= 4;) {
    const auto size = base::load_be<std::uint16_t>(body.data() + 2);
    text += fmt::format("{}{:04x}/{}", text.empty() ? "" : " ",
                        tamed(base::load_be<std::uint16_t>(body.data())), size);
    body = body.subspan(std::size_t{4} + size);
  }
  return text;
}

/// Everything but AEAD, config id, key and payload of ECH GREASE; they are checked by themselves.
[[nodiscard]] inline std::string ech(base::ByteView body) {
  return base::to_hex(body.first(3)) + " enc " + base::to_hex(body.subspan(6, 2));
}

[[nodiscard]] inline std::string tamed_numbers(base::ByteView bytes) {
  std::string text;
  for (const auto value : numbers_in(bytes)) text += fmt::format("{:04x}", tamed(value));
  return text;
}

[[nodiscard]] inline std::string normal_body(const Extension& extension) {
  switch (extension.type) {
    case 0x0033: return key_shares(extension.body);
    case 0xfe0d: return ech(extension.body);
    case 0x000a:
    case 0x000d: return tamed_numbers(extension.body);
    case 0x002b: return fmt::format("{:02x}", extension.body[0]) + tamed_numbers(extension.body.subspan(1));
    default: return base::to_hex(extension.body);
  }
}

[[nodiscard]] inline Normal normal(const ClientHello& hello) {
  Normal result{hello.record_version, {}, {}};
  for (const auto cipher : numbers_in(hello.cipher_suites)) result.ciphers.push_back(tamed(cipher));
  for (const auto& extension : hello.extensions)
    result.extensions.push_back(fmt::format("{:04x}: ", tamed(extension.type)) + normal_body(extension));
  return result;
}

/// The captures of tests/vectors/clienthello whose names begin so.
[[nodiscard]] inline std::vector<base::Bytes> captures(const std::string& prefix) {
  std::vector<base::Bytes> all;
  for (const auto& entry : std::filesystem::directory_iterator(TEST_VECTORS "/clienthello")) {
    if (!entry.path().filename().string().starts_with(prefix) || entry.path().extension() != ".bin") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (all.empty()) throw std::runtime_error("no captures of " + prefix);
  return all;
}

}  // namespace qnet::client_hello::testing
