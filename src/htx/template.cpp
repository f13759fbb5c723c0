#include "htx/template.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <stdexcept>

#include "htx/embedded.hpp"
#include "htx/toml_reader.hpp"

namespace qnet::htx {

std::string_view describe(TemplateErrc) { return "a template or profile is malformed"; }

namespace {

using base::Result;

tl::unexpected<base::Error> malformed(std::string what) {
  return base::fail(TemplateErrc::malformed, std::move(what));
}

/// Gives each GREASE slot's name a number.
class Slots {
 public:
  std::size_t number(std::string_view name) {
    const auto found = std::ranges::find(names_, name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    names_.emplace_back(name);
    return names_.size() - 1;
  }
  [[nodiscard]] std::size_t count() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
};

Result<std::vector<std::uint16_t>> numbers(std::string_view text) {
  std::vector<std::uint16_t> values;
  while (!text.empty()) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value == 0) return malformed(std::string(text));
    values.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() != ',') return malformed(std::string(text));
    if (!text.empty()) text.remove_prefix(1);
  }
  if (values.empty()) return malformed("a size is missing");
  return values;
}

Result<Part> parse_part(std::string_view text, Slots& slots) {
  if (text == "server_name") return Part(part::ServerName{});
  if (text == "ml_kem") return Part(part::MlKem{});
  if (text == "ephemeral") return Part(part::Ephemeral{});
  if (text == "separate_x25519") return Part(part::SeparateX25519{});
  if (text == "fresh_x25519") return Part(part::FreshX25519{});
  if (text.starts_with("grease:")) return Part(part::Grease{slots.number(text.substr(7))});
  const bool vector = text.starts_with("random_vector:");
  if (vector || text.starts_with("random:")) {
    auto sizes = numbers(text.substr(text.find(':') + 1));
    if (!sizes) return base::forward_error(sizes);
    if (vector) return Part(part::RandomVector{std::move(*sizes)});
    return Part(part::Random{sizes->front()});
  }
  auto bytes = base::from_hex(text);
  if (!bytes) return malformed("\"" + std::string(text) + "\" is neither a part's name nor hexadecimal");
  return Part(part::Literal{std::move(*bytes)});
}

Result<std::vector<Part>> parse_parts(const std::vector<std::string>& texts, Slots& slots) {
  std::vector<Part> parts;
  for (const auto& text : texts) {
    auto parsed = parse_part(text, slots);
    if (!parsed) return base::forward_error(parsed);
    parts.push_back(std::move(*parsed));
  }
  return parts;
}

bool two_bytes(const Part& part) {
  const auto* const literal = std::get_if<part::Literal>(&part);
  return std::holds_alternative<part::Grease>(part) || (literal != nullptr && literal->bytes.size() == 2);
}

Result<TemplateExtension> parse_extension(TomlReader reader, Slots& slots) {
  TemplateExtension extension;
  auto type = parse_part(reader.text("type"), slots);
  if (!type) return base::forward_error(type);
  auto body = parse_parts(reader.texts("body"), slots);
  if (!body) return base::forward_error(body);
  if (!two_bytes(*type)) return malformed("an extension's type has two bytes");
  extension.type = std::move(*type);
  extension.body = std::move(*body);
  extension.fixed = reader.flag("fixed", false);
  return extension;
}

Result<Template> read_template(TomlReader reader) {
  Template result;
  Slots slots;
  result.name = reader.text("name");
  result.record_version = static_cast<std::uint16_t>(reader.number("record_version", 0x0301, 0x0303));
  result.permute = reader.flag("permute", false);
  result.client_flight.first_application_record =
      static_cast<std::size_t>(reader.number("first_application_record", 18, 16401));
  auto ciphers = parse_parts(reader.texts("ciphers"), slots);
  if (!ciphers) return base::forward_error(ciphers);
  if (!std::ranges::all_of(*ciphers, two_bytes)) return malformed("a cipher has two bytes");
  result.ciphers = std::move(*ciphers);
  for (auto& table : reader.tables("extension")) {
    auto extension = parse_extension(std::move(table), slots);
    if (!extension) return base::forward_error(extension);
    result.extensions.push_back(std::move(*extension));
  }
  for (const auto& pair : reader.lists_of_texts("distinct_grease")) {
    if (pair.size() != 2) return malformed("distinct_grease holds pairs");
    result.distinct_grease.emplace_back(slots.number(pair[0]), slots.number(pair[1]));
  }
  result.grease_slots = slots.count();
  if (reader.failed()) return malformed(reader.problem());
  if (result.grease_slots > Template::max_grease_slots) return malformed("too many GREASE slots");
  if (result.extensions.empty() || result.ciphers.empty()) return malformed("no ciphers or no extensions");
  return result;
}

}  // namespace

Result<Template> parse_template(std::string_view toml) {
  auto reader = TomlReader::parse(toml);
  if (!reader) return malformed(reader.error());
  return read_template(std::move(*reader));
}

const std::vector<Template>& builtin_templates() {
  static const auto templates = [] {
    std::vector<Template> parsed;
    for (const auto& file : embedded_templates()) {
      auto result = parse_template(file.text);
      if (!result) throw std::logic_error(std::string(file.name) + ": " + result.error().message());
      parsed.push_back(std::move(*result));
    }
    return parsed;
  }();
  assert(!templates.empty());
  return templates;
}

}  // namespace qnet::htx
