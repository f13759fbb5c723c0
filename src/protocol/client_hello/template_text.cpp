#include "protocol/client_hello/template_text.hpp"

#include <fmt/format.h>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/names.hpp"
#include "protocol/client_hello/template_toml.hpp"

namespace qnet::client_hello {

namespace {

constexpr std::size_t kShown = 24;  ///< bytes of a constant

struct InWords {
  const Template& browser;

  std::string operator()(const part::Literal& p) const {
    const auto shown = base::ByteView(p.bytes).first(std::min(p.bytes.size(), kShown));
    const auto more = p.bytes.size() > kShown ? fmt::format("… ({} bytes)", p.bytes.size()) : std::string();
    return base::to_hex(shown) + more;
  }
  std::string operator()(const part::Grease& p) const {
    return "GREASE of " + browser.grease_slots.at(p.slot);
  }
  std::string operator()(const part::Choice& p) const {
    std::string text = "one of";
    for (const auto& value : p.values) text += " " + base::to_hex(value);
    return text;
  }
  std::string operator()(const part::ServerName&) const { return "the cover name"; }
  std::string operator()(const part::MlKem&) const { return "an ML-KEM-768 key"; }
  std::string operator()(const part::Ephemeral&) const { return "the X25519 key of the session"; }
  std::string operator()(const part::SeparateX25519&) const { return "another X25519 key"; }
  std::string operator()(const part::FreshX25519&) const { return "an X25519 key that is not used"; }
  std::string operator()(const part::FreshP256&) const { return "a P-256 key that is not used"; }
  std::string operator()(const part::Random& p) const { return fmt::format("{} random bytes", p.size); }
  std::string operator()(const part::RandomVector& p) const {
    return fmt::format("{} random bytes", fmt::join(p.sizes, " or "));
  }
  std::string operator()(const part::EchPayload& p) const {
    return fmt::format("random bytes, {} or more by the cover name's length", p.size(0));
  }
  std::string operator()(const part::Padding&) const { return "zeros, to a hello of 512 bytes"; }
};

std::string body_in_words(const TemplateExtension& extension, const Template& browser) {
  if (extension.body.empty()) return "empty";
  std::string text;
  for (const auto& item : extension.body)
    text += (text.empty() ? "" : " | ") + std::visit(InWords{browser}, item);
  return text;
}

std::uint16_t number_of(const Part& item) {
  const auto* const literal = std::get_if<part::Literal>(&item);
  return literal == nullptr ? std::uint16_t{0} : base::load_be<std::uint16_t>(literal->bytes.data());
}

std::string type_in_words(const TemplateExtension& extension) {
  if (std::holds_alternative<part::Grease>(extension.type)) return "GREASE";
  const auto type = number_of(extension.type);
  return fmt::format("{:04x} {}", type, extension_name(type));
}

std::string fingerprints(const Template& browser, base::RandomSource& random) {
  const auto kem = crypto::MlKemKeyPair::generate(random);
  const HelloInputs inputs{"www.example.com", crypto::X25519KeyPair::generate(random).public_key,
                           crypto::X25519KeyPair::generate(random).public_key, &kem.public_key};
  const auto record = build_client_hello(browser, inputs, random).record;
  const auto hello = parse_client_hello(record).hello;
  const auto order = browser.permute ? ExtensionOrder::sorted : ExtensionOrder::sent;
  return fmt::format("{:<12}{}\n{:<12}{}{}\n", "JA4", ja4(hello), "JA3", ja3(hello, order),
                     browser.permute ? "  (extensions sorted, as their order changes)" : "");
}

std::string keep_alive_in_words(const Template& browser) {
  if (!browser.keep_alive) return "no probes on an idle connection";
  return fmt::format("a probe after {} s without traffic, then every {} s", browser.keep_alive->idle.count(),
                     browser.keep_alive->interval.count());
}

std::string page_in_words(const Template& browser) {
  const auto& page = page_request_of(browser);
  std::string text = browser.page ? "\nRequest of a page\n" : "\nRequest of a page (not known: Chromium's)\n";
  for (const auto& field : page.http2) text += fmt::format("  {}: {}\n", field.name, field.value);
  return text;
}

}  // namespace

std::string describe_template(const Template& browser, base::RandomSource& random) {
  auto text = fmt::format("{:<12}{}\n{:<12}{}\n", "name", browser.name, "browser", browser.title);
  text += fmt::format(
      "{:<12}{}\n", "weight",
      browser.weight == 0 ? std::string("0, only when asked for") : fmt::to_string(browser.weight));
  text += fingerprints(browser, random);
  text += fmt::format("{:<12}version {:04x}; the first one of data has {} bytes\n", "records",
                      browser.record_version, browser.client_flight.first_application_record);
  text += fmt::format("{:<12}{}\n", "TCP", keep_alive_in_words(browser));
  text += fmt::format("{:<12}{}\n\nCiphers\n", "extensions",
                      browser.permute ? "shuffled for each connection, but for those marked with a dot"
                                      : "always in this order");
  for (const auto& cipher : browser.ciphers) {
    const auto number = number_of(cipher);
    text += number == 0 ? fmt::format("  {}\n", InWords{browser}(std::get<part::Grease>(cipher)))
                        : fmt::format("  {:04x} {}\n", number, cipher_name(number));
  }
  text += "\nExtensions\n";
  for (const auto& extension : browser.extensions)
    text += fmt::format("{} {:<44} {}\n", extension.fixed ? "." : " ", type_in_words(extension),
                        body_in_words(extension, browser));
  return text + page_in_words(browser);
}

}  // namespace qnet::client_hello
