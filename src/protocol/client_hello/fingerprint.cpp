#include "protocol/client_hello/fingerprint.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "foundation/base/reader.hpp"
#include "foundation/crypto/hash.hpp"
#include "foundation/crypto/md5.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using base::Reader;

constexpr std::uint16_t kGroups = 0x000a;
constexpr std::uint16_t kPointFormats = 0x000b;
constexpr std::uint16_t kSignatures = 0x000d;

std::vector<std::uint16_t> without_grease(std::vector<std::uint16_t> values) {
  std::erase_if(values, is_grease);
  return values;
}

/// The list of an extension that is nothing but a list of two-byte numbers.
std::vector<std::uint16_t> list_of(const ClientHello& hello, std::uint16_t type) {
  const auto body = hello.extension(type);
  const auto list = body ? Reader(*body).vector<std::uint16_t>() : std::nullopt;
  return list ? without_grease(numbers_in(*list)) : std::vector<std::uint16_t>();
}

std::vector<std::uint16_t> extension_types(const ClientHello& hello) {
  std::vector<std::uint16_t> types;
  types.reserve(hello.extensions.size());
  for (const auto& extension : hello.extensions) types.push_back(extension.type);
  return without_grease(std::move(types));
}

std::string in_hex(const std::vector<std::uint16_t>& values) {
  std::string text;
  for (const auto value : values) text += fmt::format("{}{:04x}", text.empty() ? "" : ",", value);
  return text;
}

std::string short_hash(const std::string& text) {
  return base::to_hex(crypto::sha256(base::bytes_of(text))).substr(0, 12);
}

/// The first and last letter of the first protocol of ALPN; of their hexadecimal form where they are none.
std::string alpn_letters(const ClientHello& hello) {
  const auto body = hello.extension(kAlpnExtension);
  const auto list = body ? Reader(*body).vector<std::uint16_t>() : std::nullopt;
  const auto name = list ? Reader(*list).vector<std::uint8_t>() : std::nullopt;
  if (!name || name->empty()) return "00";
  const auto text = base::text_of(*name);
  const bool letters = std::isalnum(name->front()) != 0 && std::isalnum(name->back()) != 0;
  const auto shown = letters ? std::string(text) : base::to_hex(*name);
  return {shown.front(), shown.back()};
}

}  // namespace

std::vector<std::uint16_t> numbers_in(base::ByteView bytes) {
  std::vector<std::uint16_t> values;
  for (; bytes.size() >= 2; bytes = bytes.subspan(2))
    values.push_back(base::load_be<std::uint16_t>(bytes.data()));
  return values;
}

std::uint16_t tamed(std::uint16_t value) { return is_grease(value) ? 0x0a0a : value; }

std::string ja3_text(const ClientHello& hello, ExtensionOrder order) {
  auto types = extension_types(hello);
  if (order == ExtensionOrder::sorted) std::ranges::sort(types);
  std::vector<unsigned> formats;
  if (const auto body = hello.extension(kPointFormats))
    if (const auto list = Reader(*body).vector<std::uint8_t>()) formats.assign(list->begin(), list->end());
  // legacy_version is 0x0303 in every hello that offers TLS 1.3.
  return fmt::format("{},{},{},{},{}", unsigned{kTls12},
                     fmt::join(without_grease(numbers_in(hello.cipher_suites)), "-"), fmt::join(types, "-"),
                     fmt::join(list_of(hello, kGroups), "-"), fmt::join(formats, "-"));
}

std::string ja3(const ClientHello& hello, ExtensionOrder order) {
  const auto digest = crypto::md5(base::bytes_of(ja3_text(hello, order)));
  return digest ? base::to_hex(*digest) : std::string();
}

std::string ja4(const ClientHello& hello) {
  auto ciphers = without_grease(numbers_in(hello.cipher_suites));
  auto types = extension_types(hello);
  auto text = fmt::format("t{}{}{:02}{:02}{}", hello.offers_tls13() ? "13" : "12",
                          hello.extension(kServerNameExtension) ? 'd' : 'i',
                          std::min<std::size_t>(ciphers.size(), 99), std::min<std::size_t>(types.size(), 99),
                          alpn_letters(hello));
  std::ranges::sort(ciphers);
  std::ranges::sort(types);
  std::erase_if(types, [](auto type) { return type == kServerNameExtension || type == kAlpnExtension; });
  const auto signatures = list_of(hello, kSignatures);
  text += "_" + short_hash(in_hex(ciphers));
  text += "_" + short_hash(in_hex(types) + (signatures.empty() ? "" : "_" + in_hex(signatures)));
  return text;
}

}  // namespace qnet::client_hello
