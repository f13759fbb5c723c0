// What a censor's tools reduce a ClientHello to. For tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include <fmt/core.h>

#include "base/bytes.hpp"
#include "base/endian.hpp"
#include "crypto/hash.hpp"
#include "htx/client_hello.hpp"
#include "htx/tls.hpp"

namespace qnet::htx::testing {

[[nodiscard]] inline std::vector<std::uint16_t> numbers(base::ByteView bytes) {
  std::vector<std::uint16_t> values;
  for (; bytes.size() >= 2; bytes = bytes.subspan(2))
    values.push_back(base::load_be<std::uint16_t>(bytes.data()));
  return values;
}

[[nodiscard]] inline std::string short_hash(const std::string& text) {
  return base::to_hex(crypto::sha256(base::bytes_of(text))).substr(0, 12);
}

[[nodiscard]] inline std::string joined(const std::vector<std::uint16_t>& values) {
  std::string text;
  for (const auto value : values) text += fmt::format("{}{:04x}", text.empty() ? "" : ",", value);
  return text;
}

[[nodiscard]] inline std::vector<std::uint16_t> without_grease(std::vector<std::uint16_t> values) {
  std::erase_if(values, is_grease);
  return values;
}

/// FoxIO's JA4 for TLS over TCP.
[[nodiscard]] inline std::string ja4(const ClientHello& hello) {
  auto ciphers = without_grease(numbers(hello.cipher_suites));
  std::vector<std::uint16_t> types;
  types.reserve(hello.extensions.size());
  for (const auto& extension : hello.extensions) types.push_back(extension.type);
  types = without_grease(types);
  const auto signatures = hello.extension(0x000d);
  const auto alpn = hello.extension(0x0010);
  const auto first_alpn = alpn ? alpn->subspan(3, alpn->data()[2]) : base::ByteView();
  auto text = fmt::format("t{}{}{:02}{:02}{}{}", hello.offers_tls13() ? "13" : "12",
                          hello.server_name().empty() ? 'i' : 'd', ciphers.size(), types.size(),
                          alpn ? static_cast<char>(first_alpn.front()) : '0',
                          alpn ? static_cast<char>(first_alpn.back()) : '0');
  std::ranges::sort(ciphers);
  std::ranges::sort(types);
  std::erase_if(types, [](std::uint16_t type) { return type == 0x0000 || type == 0x0010; });
  text += "_" + short_hash(joined(ciphers));
  text += "_" + short_hash(joined(types) +
                           (signatures ? "_" + joined(without_grease(numbers(signatures->subspan(2)))) : ""));
  return text;
}

/// A ClientHello with everything that is drawn anew replaced by what stays: two hellos of one browser are
/// equal.
struct Normal {
  std::uint16_t record_version;
  std::vector<std::uint16_t> ciphers;
  std::vector<std::string> extensions;  ///< sorted; each as type and body
  bool operator==(const Normal&) const = default;
};

[[nodiscard]] inline std::uint16_t tamed(std::uint16_t value) { return is_grease(value) ? 0x0a0a : value; }

/// The groups and sizes of the key shares.
[[nodiscard]] inline std::string key_shares(base::ByteView body) {
  std::string text = fmt::format("{} bytes:", base::load_be<std::uint16_t>(body.data()));
  for (body = body.subspan(2); body.size() >= 4;) {
    const auto size = base::load_be<std::uint16_t>(body.data() + 2);
    text += fmt::format(" {:04x}/{}", tamed(base::load_be<std::uint16_t>(body.data())), size);
    body = body.subspan(std::size_t{4} + size);
  }
  return text;
}

/// Everything but config id, key and payload of ECH GREASE; the payload's size is checked by itself.
[[nodiscard]] inline std::string ech(base::ByteView body) {
  return base::to_hex(body.first(5)) + " enc " + base::to_hex(body.subspan(6, 2));
}

[[nodiscard]] inline std::string tamed_numbers(base::ByteView bytes) {
  std::string text;
  for (const auto value : numbers(bytes)) text += fmt::format("{:04x} ", tamed(value));
  return text;
}

[[nodiscard]] inline std::string normal_body(const Extension& extension) {
  switch (extension.type) {
    case 0x0033: return key_shares(extension.body);
    case 0xfe0d: return ech(extension.body);
    case 0x000a:
    case 0x000d: return tamed_numbers(extension.body);
    case 0x002b: return fmt::format("{} ", extension.body[0]) + tamed_numbers(extension.body.subspan(1));
    default: return base::to_hex(extension.body);
  }
}

[[nodiscard]] inline Normal normal(const ClientHello& hello) {
  Normal result{hello.record_version, {}, {}};
  for (const auto cipher : numbers(hello.cipher_suites)) result.ciphers.push_back(tamed(cipher));
  for (const auto& extension : hello.extensions)
    result.extensions.push_back(fmt::format("{:04x}: ", tamed(extension.type)) + normal_body(extension));
  std::ranges::sort(result.extensions);
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

}  // namespace qnet::htx::testing
