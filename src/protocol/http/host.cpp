#include "protocol/http/host.hpp"

#include <algorithm>
#include <cctype>

namespace qnet::http {

namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool equal_ignoring_case(std::string_view one, std::string_view two) {
  return std::ranges::equal(
      one, two, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

}  // namespace

bool is_local_host(std::string_view host) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!equal_ignoring_case(host.substr(0, name.size()), name)) continue;
    const auto rest = host.substr(name.size());
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  return false;
}

bool is_of_another_page(const Asked& asked) {
  constexpr std::string_view kScheme = "http://";
  const auto& origin = asked.origin;
  if (!origin.empty() && (!origin.starts_with(kScheme) || origin.substr(kScheme.size()) != asked.host))
    return true;
  return !asked.site.empty() && asked.site != "same-origin" && asked.site != "none" &&
         asked.mode != "navigate";
}

}  // namespace qnet::http
