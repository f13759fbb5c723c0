#include "protocol/client_hello/websocket_template.hpp"

#include <algorithm>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

// draft-vvv-tls-alps: the number that Chromium sends today, and the one before.
constexpr std::uint16_t kApplicationSettings[] = {0x44cd, 0x4469};

bool has_type(const TemplateExtension& extension, std::uint16_t type) {
  const auto* const literal = std::get_if<part::Literal>(&extension.type);
  return literal != nullptr && base::load_be<std::uint16_t>(literal->bytes.data()) == type;
}

}  // namespace

Template websocket_template(Template browser) {
  std::erase_if(browser.extensions, [](const TemplateExtension& extension) {
    return std::ranges::any_of(kApplicationSettings, [&](auto type) { return has_type(extension, type); });
  });
  constexpr std::string_view http11("\x00\x09\x08http/1.1", 11);  // RFC 7301 §3.1
  const auto bytes = base::bytes_of(http11);
  for (auto& extension : browser.extensions)
    if (has_type(extension, kAlpnExtension)) extension.body = {part::Literal{{bytes.begin(), bytes.end()}}};
  return browser;
}

}  // namespace qnet::client_hello
