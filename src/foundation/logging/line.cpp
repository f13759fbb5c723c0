#include "foundation/logging/line.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "foundation/base/utc_time.hpp"
#include "foundation/cbor/utf8.hpp"

namespace qnet::logging {

std::string_view to_text(Level level) {
  switch (level) {
    case Level::trace: return "trace";
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "?";
}

std::optional<Level> level_named(std::string_view text) {
  for (const auto level : {Level::trace, Level::debug, Level::info, Level::warning, Level::error})
    if (to_text(level) == text) return level;
  return std::nullopt;
}

std::string clean(std::string_view message) {
  constexpr unsigned char kFirstPrinted = 0x20;
  constexpr unsigned char kDelete = 0x7f;
  constexpr unsigned char kFirstBeyondAscii = 0x80;
  std::string text(message);
  const bool is_utf8 = cbor::is_utf8(base::bytes_of(text));
  std::ranges::replace_if(text, [](unsigned char c) { return c < kFirstPrinted || c == kDelete; }, ' ');
  if (!is_utf8) std::ranges::replace_if(text, [](unsigned char c) { return c >= kFirstBeyondAscii; }, '?');
  return text;
}

std::string to_json(const Line& line) {
  boost::json::object object;
  object["time"] = base::utc_text_to_millisecond(line.time);
  object["level"] = to_text(line.level);
  object["message"] = line.message;
  return boost::json::serialize(object);
}

std::string_view journal_prefix(Level level) {
  switch (level) {
    case Level::trace:
    case Level::debug: return "<7>";
    case Level::info: return "<6>";
    case Level::warning: return "<4>";
    case Level::error: return "<3>";
  }
  return "<6>";
}

}  // namespace qnet::logging
