// A method and a target from a stranger, separated by a space, through the router's parser and table.
#include <cstdlib>

#include "foundation/base/bytes.hpp"
#include "protocol/http/host.hpp"
#include "protocol/http/route_table.hpp"

namespace {

using namespace qnet::http;

const RouteTable& table() {
  static const RouteTable routes({{"GET", "/"},
                                  {"GET", "/status"},
                                  {"POST", "/relays/{peer}"},
                                  {"GET", "/relays/own"},
                                  {"PUT", "/{a}/{b}/{c}"}});
  return routes;
}

void require(bool holds) {
  if (!holds) std::abort();
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
  }
  return out;
}

/// The same parameters, every byte encoded, must read as the same.
void check_query(const Parameters& query) {
  std::string text = "/";
  for (const auto& [name, value] : query)
    text.append(text.size() == 1 ? "?" : "&").append(encoded(name)).append("=").append(encoded(value));
  if (text.size() > RouterLimits::target) return;
  const auto again = parse_target(text, QueryForm::decoded);
  require(again.has_value() && again->query == query);
}

/// A path made of the pattern and its parameters must find the same route.
void check_path(const RouteTable::Found& found, std::string_view method) {
  const auto pattern = table().routes()[found.route].path;
  std::string text(pattern);
  for (const auto& [name, value] : found.in_path) {
    require(!value.empty());
    const auto braces = "{" + name + "}";
    text.replace(text.find(braces), braces.size(), encoded(value));
  }
  const auto again = table().find(method, text);
  const auto* const same = std::get_if<RouteTable::Found>(&again);
  require(same != nullptr && same->in_path == found.in_path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = qnet::base::text_of({data, size});
  (void)is_local_host(text);
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return 0;
  const auto method = text.substr(0, space);
  const auto asked = text.substr(space + 1);
  const auto unread = parse_target(asked, QueryForm::unread);
  const auto target = parse_target(asked, QueryForm::decoded);
  // Whoever reads the query takes no other path than who does not.
  if (target) require(unread.has_value() && unread->path == target->path && unread->query.empty());
  if (!target) return 0;
  require(target->path.starts_with('/') && target->query.size() <= RouterLimits::query_parameters);
  check_query(target->query);
  const auto match = table().find(method, target->path);
  if (const auto* const found = std::get_if<RouteTable::Found>(&match)) check_path(*found, method);
  if (const auto* const wrong = std::get_if<RouteTable::WrongMethod>(&match)) require(!wrong->allow.empty());
  return 0;
}
