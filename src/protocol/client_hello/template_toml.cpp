#include "protocol/client_hello/template_toml.hpp"

#include <iterator>

#include <fmt/format.h>

#include "protocol/client_hello/names.hpp"

namespace qnet::client_hello {

namespace {

constexpr std::size_t kLine = 120;

/// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      result += c;
  }
  return result + '"';
}

struct PartText {
  const Template& browser;

  std::string operator()(const part::Literal& p) const { return base::to_hex(p.bytes); }
  std::string operator()(const part::Grease& p) const { return "grease:" + browser.grease_slots.at(p.slot); }
  std::string operator()(const part::Choice& p) const {
    std::string text;
    for (const auto& value : p.values) text += (text.empty() ? "choice:" : ",") + base::to_hex(value);
    return text;
  }
  std::string operator()(const part::ServerName&) const { return "server_name"; }
  std::string operator()(const part::MlKem&) const { return "ml_kem"; }
  std::string operator()(const part::Ephemeral&) const { return "ephemeral"; }
  std::string operator()(const part::SeparateX25519&) const { return "separate_x25519"; }
  std::string operator()(const part::FreshX25519&) const { return "fresh_x25519"; }
  std::string operator()(const part::FreshP256&) const { return "fresh_p256"; }
  std::string operator()(const part::Random& p) const { return fmt::format("random:{}", p.size); }
  std::string operator()(const part::RandomVector& p) const {
    return fmt::format("random_vector:{}", fmt::join(p.sizes, ","));
  }
  std::string operator()(const part::EchPayload& p) const {
    return fmt::format("ech_payload:{},{}", p.inner, p.least_name);
  }
  std::string operator()(const part::Padding&) const { return "padding"; }
};

/// A list on one line, or on as many as it needs.
std::string list(std::string_view key, const std::vector<std::string>& items) {
  auto text = fmt::format("{} = [{}]\n", key, fmt::join(items, ", "));
  if (text.size() <= kLine) return text;
  text = fmt::format("{} = [\n", key);
  std::string line = " ";
  for (const auto& item : items) {
    if (line.size() + item.size() + 2 > kLine && line.size() > 1) {
      text += line + "\n";
      line = " ";
    }
    line += " " + item + ",";
  }
  return text + line + "\n]\n";
}

std::vector<std::string> quoted_parts(const std::vector<Part>& parts, const Template& browser) {
  std::vector<std::string> texts;
  texts.reserve(parts.size());
  for (const auto& item : parts) texts.push_back(quoted(part_text(item, browser)));
  return texts;
}

std::string extension_text(const TemplateExtension& extension, const Template& browser) {
  std::string text = "\n[[extension]]";
  if (const auto* const type = std::get_if<part::Literal>(&extension.type)) {
    const auto name = extension_name(static_cast<std::uint16_t>(type->bytes[0] << 8 | type->bytes[1]));
    if (!name.empty()) text += fmt::format(" # {}", name);
  }
  text += fmt::format("\ntype = {}\n", quoted(part_text(extension.type, browser)));
  if (extension.fixed) text += "fixed = true\n";
  return text + list("body", quoted_parts(extension.body, browser));
}

std::vector<std::string> quoted_fields(const std::vector<PageRequest::Field>& fields) {
  std::vector<std::string> texts;
  texts.reserve(fields.size());
  for (const auto& field : fields) texts.push_back(quoted(field.name + ": " + field.value));
  return texts;
}

std::string page_text(const PageRequest& page) {
  std::vector<std::string> settings;
  settings.reserve(2 * page.settings.size());
  for (const auto& [id, value] : page.settings) {
    settings.push_back(fmt::to_string(id));
    settings.push_back(fmt::to_string(value));
  }
  auto text = list("http2_settings", settings) + fmt::format("http2_window = {}\n", page.window);
  if (page.stream_window != 0) text += fmt::format("http2_stream_window = {}\n", page.stream_window);
  if (page.exclusive) text += "http2_exclusive = true\n";
  if (page.weight != 0) text += fmt::format("http2_weight = {}\n", page.weight);
  return text + list("http2_request", quoted_fields(page.http2)) +
         list("http1_request", quoted_fields(page.http1));
}

}  // namespace

std::string part_text(const Part& item, const Template& browser) {
  return std::visit(PartText{browser}, item);
}

std::string to_toml(const Template& browser, std::span<const std::string> notes) {
  std::string text;
  for (const auto& note : notes) text += "# " + note + "\n";
  text += fmt::format("name = {}\ntitle = {}\nweight = {}\nrecord_version = 0x{:04x}\n", quoted(browser.name),
                      quoted(browser.title), browser.weight, browser.record_version);
  text += list("ciphers", quoted_parts(browser.ciphers, browser));
  if (browser.permute) text += "permute = true\n";
  std::vector<std::string> pairs;
  pairs.reserve(browser.distinct_grease.size());
  for (const auto& [first, second] : browser.distinct_grease)
    pairs.push_back(fmt::format("[{}, {}]", quoted(browser.grease_slots.at(first)),
                                quoted(browser.grease_slots.at(second))));
  if (!pairs.empty()) text += list("distinct_grease", pairs);
  text += fmt::format("first_application_record = {}\n", browser.client_flight.first_application_record);
  if (browser.keep_alive)
    text += fmt::format("keep_alive = [{}, {}]\n", browser.keep_alive->idle.count(),
                        browser.keep_alive->interval.count());
  if (browser.page) text += page_text(*browser.page);
  for (const auto& extension : browser.extensions) text += extension_text(extension, browser);
  return text;
}

}  // namespace qnet::client_hello
