#include "protocol/client_hello/template.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <stdexcept>

#include "protocol/client_hello/embedded.hpp"
#include "protocol/client_hello/template_check.hpp"
#include "protocol/client_hello/toml_reader.hpp"

namespace qnet::client_hello {

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
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

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

Result<Part> parse_choice(std::string_view text) {
  part::Choice choice;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    more = comma != std::string_view::npos;
    auto value = base::from_hex(text.substr(0, comma));
    if (!value || value->empty()) return malformed("a choice holds something that is not hexadecimal");
    choice.values.push_back(std::move(*value));
    if (more) text.remove_prefix(comma + 1);
  }
  return Part(std::move(choice));
}

/// The words that have a list behind a colon.
Result<Part> parse_listed(std::string_view word, std::string_view list, Slots& slots) {
  if (word == "grease") return Part(part::Grease{slots.number(list)});
  if (word == "choice") return parse_choice(list);
  auto sizes = numbers(list);
  if (!sizes) return base::forward_error(sizes);
  if (word == "random_vector") return Part(part::RandomVector{std::move(*sizes)});
  if (word == "random" && sizes->size() == 1) return Part(part::Random{sizes->front()});
  if (word == "ech_payload" && sizes->size() == 2) return Part(part::EchPayload{(*sizes)[0], (*sizes)[1]});
  return malformed("\"" + std::string(word) + "\" is no part that takes these numbers");
}

Result<Part> parse_part(std::string_view text, Slots& slots) {
  if (text == "server_name") return Part(part::ServerName{});
  if (text == "ml_kem") return Part(part::MlKem{});
  if (text == "ephemeral") return Part(part::Ephemeral{});
  if (text == "separate_x25519") return Part(part::SeparateX25519{});
  if (text == "fresh_x25519") return Part(part::FreshX25519{});
  if (text == "fresh_p256") return Part(part::FreshP256{});
  if (text == "padding") return Part(part::Padding{});
  if (const auto colon = text.find(':'); colon != std::string_view::npos)
    return parse_listed(text.substr(0, colon), text.substr(colon + 1), slots);
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

/// What is the template's own even when its hello is another's.
void read_label(TomlReader& reader, Template& to) {
  to.name = reader.text("name");
  to.title = reader.has("title") ? reader.text("title") : to.name;
  to.weight =
      reader.has("weight") ? static_cast<std::uint32_t>(reader.number("weight", 0, Template::max_weight)) : 0;
}

Result<void> read_ciphers(TomlReader& reader, Slots& slots, Template& to) {
  auto ciphers = parse_parts(reader.texts("ciphers"), slots);
  if (!ciphers) return base::forward_error(ciphers);
  if (!std::ranges::all_of(*ciphers, two_bytes)) return malformed("a cipher has two bytes");
  to.ciphers = std::move(*ciphers);
  return {};
}

Result<void> read_extensions(TomlReader& reader, Slots& slots, Template& to) {
  for (auto& table : reader.tables("extension")) {
    auto extension = parse_extension(std::move(table), slots);
    if (!extension) return base::forward_error(extension);
    to.extensions.push_back(std::move(*extension));
  }
  return {};
}

/// Nothing where the browser asks for no probes.
Result<std::optional<KeepAlive>> read_keep_alive(TomlReader& reader) {
  const auto seconds = reader.numbers("keep_alive", 1, KeepAlive::max_seconds);
  if (seconds.empty()) return std::nullopt;
  if (seconds.size() != 2) return malformed("keep_alive holds two numbers");
  return KeepAlive{std::chrono::seconds(seconds[0]), std::chrono::seconds(seconds[1])};
}

/// What does not belong to the hello.
Result<void> read_connection(TomlReader& reader, Template& to) {
  to.client_flight.first_application_record =
      static_cast<std::size_t>(reader.number("first_application_record", 18, 16401));
  auto keep_alive = read_keep_alive(reader);
  if (!keep_alive) return base::forward_error(keep_alive);
  to.keep_alive = *keep_alive;
  if (!reader.has("http2_request")) return {};
  auto page = read_page_request(reader);
  if (!page) return base::forward_error(page);
  to.page = std::move(*page);
  return {};
}

Result<Template> read_template(TomlReader reader) {
  Template result;
  Slots slots;
  read_label(reader, result);
  result.record_version = static_cast<std::uint16_t>(
      reader.number("record_version", Template::min_record_version, Template::max_record_version));
  result.permute = reader.flag("permute", false);
  if (auto done = read_connection(reader, result); !done) return base::forward_error(done);
  if (auto done = read_ciphers(reader, slots, result); !done) return base::forward_error(done);
  if (auto done = read_extensions(reader, slots, result); !done) return base::forward_error(done);
  for (const auto& pair : reader.lists_of_texts("distinct_grease")) {
    if (pair.size() != 2) return malformed("distinct_grease holds pairs");
    result.distinct_grease.emplace_back(slots.number(pair[0]), slots.number(pair[1]));
  }
  result.grease_slots = slots.names();
  if (reader.failed()) return malformed(reader.problem());
  if (auto fits = check_template(result); !fits) return base::forward_error(fits);
  return result;
}

Result<Template> read_alias(TomlReader reader, std::span<const Template> known) {
  const auto original = reader.text("same_as");
  const auto* const found = find_template(known, original);
  if (found == nullptr) return malformed("same_as: there is no template \"" + original + "\"");
  auto result = *found;
  read_label(reader, result);
  if (result.page && reader.has("http2_request"))
    if (auto done = read_fields(reader, *result.page); !done) return base::forward_error(done);
  if (reader.failed()) return malformed(reader.problem());
  return result;
}

}  // namespace

std::size_t part::EchPayload::size(std::size_t name) const {
  constexpr std::size_t kBlock = 32, kTag = 16;
  const auto plain = inner + std::max<std::size_t>(least_name, name);
  return plain + (kBlock - 1 - plain % kBlock) + kTag;
}

Result<Template> parse_template(std::string_view toml, std::span<const Template> known) {
  auto reader = TomlReader::parse(toml);
  if (!reader) return malformed(reader.error());
  if (reader->has("same_as")) return read_alias(std::move(*reader), known);
  return read_template(std::move(*reader));
}

const Template* find_template(std::span<const Template> templates, std::string_view name) {
  const auto found = std::ranges::find(templates, name, &Template::name);
  return found == templates.end() ? nullptr : &*found;
}

const PageRequest& page_request_of(const Template& browser) {
  return browser.page ? *browser.page : *builtin_templates().front().page;
}

const std::vector<Template>& builtin_templates() {
  static const auto templates = [] {
    std::vector<Template> parsed;
    for (const auto& file : embedded_templates()) {
      auto result = parse_template(file.text, parsed);
      if (!result) throw std::logic_error(std::string(file.name) + ": " + result.error().message());
      parsed.push_back(std::move(*result));
    }
    return parsed;
  }();
  assert(!templates.empty() && templates.front().page);
  return templates;
}

}  // namespace qnet::client_hello
