#include "protocol/client_hello/page_request.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "protocol/client_hello/template.hpp"
#include "protocol/client_hello/toml_reader.hpp"

namespace qnet::client_hello {

namespace {

using Field = PageRequest::Field;

/// Nothing that would begin another line or field.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= PageRequest::max_field &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

base::Result<std::vector<Field>> parse_fields(const std::vector<std::string>& texts) {
  if (texts.empty() || texts.size() > PageRequest::max_fields)
    return base::fail(TemplateErrc::malformed, "a request has 1 to 64 fields");
  std::vector<Field> fields;
  for (const auto& text : texts) {
    // A pseudo-header's name begins with a colon.
    const auto colon = text.find(": ", 1);
    if (colon == std::string::npos || !is_plain(text))
      return base::fail(TemplateErrc::malformed, "\"" + text + "\" is no field of a request");
    fields.push_back({text.substr(0, colon), text.substr(colon + 2)});
    if (!is_plain(fields.back().value))
      return base::fail(TemplateErrc::malformed, "\"" + text + "\" has no value");
  }
  return fields;
}

bool has(const std::vector<Field>& fields, std::string_view name) {
  return std::ranges::find(fields, name, &Field::name) != fields.end();
}

/// RFC 9113 §8.3.1 and §8.2.1.
bool is_http2_request(const std::vector<Field>& fields) {
  const std::array<std::string_view, 4> pseudo{":method", ":scheme", ":authority", ":path"};
  const auto first = std::ranges::find_if(fields, [](const Field& one) { return one.name.front() != ':'; });
  const bool in_front = std::all_of(first, fields.end(), [](const Field& one) {
    return one.name.front() != ':' &&
           std::ranges::none_of(one.name, [](char c) { return c >= 'A' && c <= 'Z'; });
  });
  return in_front && static_cast<std::size_t>(first - fields.begin()) == pseudo.size() &&
         std::ranges::all_of(pseudo, [&](std::string_view name) { return has(fields, name); });
}

}  // namespace

std::size_t PageRequest::opening_record() const {
  // RFC 9113 §3.4, §6.5 and §6.9; then the type and the tag of a record of TLS 1.3.
  constexpr std::size_t preface = 24, frame = 9, setting = 6, window_update = 4, sealed = 17;
  return preface + frame + setting * settings.size() + frame + window_update + sealed;
}

base::Result<void> read_fields(TomlReader& reader, PageRequest& to) {
  auto http2 = parse_fields(reader.texts("http2_request"));
  if (!http2) return base::forward_error(http2);
  auto http1 = parse_fields(reader.texts("http1_request"));
  if (!http1) return base::forward_error(http1);
  if (!is_http2_request(*http2))
    return base::fail(TemplateErrc::malformed,
                      "http2_request needs the four pseudo-headers in front, and names in lower case");
  if (!has(*http1, "Host")) return base::fail(TemplateErrc::malformed, "http1_request needs a Host");
  to.http2 = std::move(*http2);
  to.http1 = std::move(*http1);
  return {};
}

base::Result<PageRequest> read_page_request(TomlReader& reader) {
  PageRequest page;
  const auto settings = reader.numbers("http2_settings", 0, std::numeric_limits<std::uint32_t>::max());
  if (settings.size() % 2 != 0 || settings.size() > 2 * PageRequest::max_settings)
    return base::fail(TemplateErrc::malformed, "http2_settings holds pairs, at most 16");
  for (std::size_t i = 0; i < settings.size(); i += 2) {
    if (settings[i] > std::numeric_limits<std::uint16_t>::max())
      return base::fail(TemplateErrc::malformed, "a setting's number has two bytes");
    page.settings.push_back(
        {static_cast<std::uint16_t>(settings[i]), static_cast<std::uint32_t>(settings[i + 1])});
  }
  // RFC 9113 §6.9.1: a window has 31 bits, and begins with 65,535.
  page.window = static_cast<std::uint32_t>(reader.number("http2_window", 1, 0x7fff'0000));
  if (reader.has("http2_stream_window"))
    page.stream_window = static_cast<std::uint32_t>(reader.number("http2_stream_window", 1, 0x7fff'0000));
  if (reader.has("http2_weight"))
    page.weight = static_cast<std::uint32_t>(reader.number("http2_weight", 1, PageRequest::max_weight));
  page.exclusive = reader.flag("http2_exclusive", false);
  if (auto done = read_fields(reader, page); !done) return base::forward_error(done);
  return page;
}

}  // namespace qnet::client_hello
