#include "protocol/http/event_stream.hpp"

#include <stdexcept>

namespace qnet::http {

namespace {

using namespace std::string_view_literals;

void add_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\n");
}

void add_word(std::string& text, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (value.find_first_of("\r\n\0"sv) != std::string_view::npos)
    throw std::invalid_argument("an event's name or id with a line break");
  add_field(text, name, value);
}

}  // namespace

std::string to_text(const Event& event) {
  std::string text;
  add_word(text, "event", event.name);
  add_word(text, "id", event.id);
  auto rest = event.data;
  for (;;) {
    const auto end = rest.find_first_of("\r\n");
    add_field(text, "data", rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return text + "\n";
}

}  // namespace qnet::http
