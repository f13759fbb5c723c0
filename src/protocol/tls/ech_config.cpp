#include "protocol/tls/ech_config.hpp"

#include <algorithm>
#include <set>

#include "foundation/base/reader.hpp"
#include "foundation/crypto/hpke.hpp"

namespace qnet::tls {
namespace {

using base::ByteView;
using base::Reader;

constexpr std::size_t kLongestLabel = 63;        // RFC 1035 §2.3.4
constexpr std::uint16_t kMandatory = 0x8000;     // RFC 9849 §4.2
constexpr std::size_t kCipherSuiteSize = 2 + 2;  // KDF and AEAD

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// What URL parsers take for an IPv4 address's last part.
bool is_number(std::string_view label) {
  if (std::ranges::all_of(label, is_digit)) return true;
  return (label.starts_with("0x") || label.starts_with("0X")) && std::ranges::all_of(label.substr(2), is_hex);
}

/// RFC 9849 §4: labels of letters, digits and hyphens between dots, and no IPv4 address.
bool is_public_name(std::string_view name) {
  for (;;) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !is_number(label);
    name.remove_prefix(dot + 1);
  }
}

/// The first suite that can be used, as browsers on machines with AES instructions choose.
std::optional<std::uint16_t> choose_aead(ByteView suites) {
  for (Reader reader(suites); !reader.empty();) {
    const auto kdf = reader.integer<std::uint16_t>();
    const auto aead = reader.integer<std::uint16_t>();
    if (kdf == crypto::kHpkeSha256 && aead && crypto::hpke_aead(*aead)) return aead;
  }
  return std::nullopt;
}

/// Whether all may be ignored; nothing where the list is malformed.
std::optional<bool> none_mandatory(ByteView list) {
  bool none = true;
  std::set<std::uint16_t> types;
  for (Reader reader(list); !reader.empty();) {
    const auto type = reader.integer<std::uint16_t>();
    const auto body = type ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!body || !types.insert(*type).second || types.size() > EchLimits::extensions) return std::nullopt;
    none = none && (*type & kMandatory) == 0;
  }
  return none;
}

base::Result<std::optional<EchConfig>> read_config(ByteView raw, ByteView contents) {
  Reader reader(contents);
  const auto id = reader.integer<std::uint8_t>();
  const auto kem = id ? reader.integer<std::uint16_t>() : std::nullopt;
  const auto key = kem ? reader.vector<std::uint16_t>() : std::nullopt;
  const auto suites = key ? reader.vector<std::uint16_t>() : std::nullopt;
  const auto maximum_name = suites ? reader.integer<std::uint8_t>() : std::nullopt;
  const auto name = maximum_name ? reader.vector<std::uint8_t>() : std::nullopt;
  const auto extensions = name ? reader.vector<std::uint16_t>() : std::nullopt;
  if (!extensions || !reader.empty() || key->empty() || name->empty()) return base::fail(Errc::malformed);
  if (suites->empty() || suites->size() % kCipherSuiteSize != 0) return base::fail(Errc::malformed);
  const auto ignorable = none_mandatory(*extensions);
  if (!ignorable) return base::fail(Errc::malformed);

  const auto aead = choose_aead(*suites);
  EchConfig config;
  if (!*ignorable || !aead || *kem != crypto::kHpkeX25519 || key->size() != config.key.size() ||
      !is_public_name(base::text_of(*name)))
    return std::nullopt;
  config.raw.assign(raw.begin(), raw.end());
  config.id = *id;
  std::ranges::copy(*key, config.key.begin());
  config.aead = *aead;
  config.maximum_name = *maximum_name;
  config.public_name = base::text_of(*name);
  return config;
}

}  // namespace

base::Result<std::optional<EchConfig>> choose_ech_config(ByteView list) {
  Reader outer(list);
  const auto configs = outer.vector<std::uint16_t>();
  if (!configs || configs->empty() || !outer.empty()) return base::fail(Errc::malformed);
  std::optional<EchConfig> chosen;
  std::size_t count = 0;
  for (Reader reader(*configs); !reader.empty();) {
    const auto start = reader.position();
    const auto version = reader.integer<std::uint16_t>();
    const auto contents = version ? reader.vector<std::uint16_t>() : std::nullopt;
    if (!contents || ++count > EchLimits::configs) return base::fail(Errc::malformed);
    if (*version != kEchExtension) continue;
    auto config = read_config(configs->subspan(start, reader.position() - start), *contents);
    if (!config) return config;
    if (!chosen) chosen = std::move(*config);
  }
  return chosen;
}

}  // namespace qnet::tls
