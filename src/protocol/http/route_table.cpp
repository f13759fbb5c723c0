#include "protocol/http/route_table.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <boost/url/pct_string_view.hpp>

namespace qnet::http {

namespace {

bool is_name(std::string_view segment) {
  return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

/// "/a/b" is "a", "b"; "/" is one empty segment. Stops with one segment more than a pattern may have.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/') && segments.size() <= RouterLimits::segments) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

/// Nothing when the encoding is invalid.
std::optional<std::string> decoded(std::string_view segment) {
  const auto view =
      boost::urls::make_pct_string_view(boost::urls::string_view(segment.data(), segment.size()));
  if (!view) return std::nullopt;
  return view->decode();
}

std::optional<std::vector<std::string>> decoded_segments(std::string_view path) {
  std::vector<std::string> segments;
  for (const auto encoded : segments_of(path)) {
    auto segment = decoded(encoded);
    if (!segment) return std::nullopt;
    segments.push_back(std::move(*segment));
  }
  return segments;
}

std::optional<Parameters> match(std::span<const std::string_view> pattern,
                                std::span<const std::string> path) {
  if (pattern.size() != path.size()) return std::nullopt;
  Parameters in_path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_name(pattern[i])) {
      if (path[i].empty()) return std::nullopt;
      in_path.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return in_path;
}

void check_form(const RouteKey& route, std::span<const std::string_view> segments) {
  const bool braces_are_names = std::ranges::all_of(segments, [](std::string_view segment) {
    return is_name(segment) ? segment.find_first_of("{}", 1) == segment.size() - 1
                            : segment.find_first_of("{}%?#") == std::string_view::npos;
  });
  if (route.method.empty() || route.method == "HEAD" || !route.path.starts_with('/') ||
      segments.size() > RouterLimits::segments || !braces_are_names)
    throw std::invalid_argument("no route: " + std::string(route.method) + " " + std::string(route.path));
}

std::string allow(std::span<const std::string_view> methods) {
  std::string text;
  for (const auto method : methods) {
    if (!text.empty()) text += ", ";
    text += method == "GET" ? "GET, HEAD" : method;
  }
  return text;
}

}  // namespace

RouteTable::RouteTable(std::vector<RouteKey> routes) : routes_(std::move(routes)) {
  for (const auto& route : routes_) {
    patterns_.push_back(segments_of(route.path));
    check_form(route, patterns_.back());
    const auto same = [&route](const RouteKey& other) {
      return other.method == route.method && other.path == route.path;
    };
    if (std::ranges::count_if(routes_, same) > 1)
      throw std::invalid_argument("a route stands there twice: " + std::string(route.path));
  }
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
  const auto segments = decoded_segments(path);
  if (!segments) return NoRoute{};
  const auto asked = method == "HEAD" ? std::string_view("GET") : method;
  std::vector<std::string_view> methods;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    auto in_path = match(patterns_[i], *segments);
    if (!in_path) continue;
    if (routes_[i].method == asked) return Found{i, std::move(*in_path)};
    if (std::ranges::find(methods, routes_[i].method) == methods.end()) methods.push_back(routes_[i].method);
  }
  if (methods.empty()) return NoRoute{};
  return WrongMethod{allow(methods)};
}

bool fits(const Parameters& query, std::span<const QueryParameter> known) {
  return std::ranges::all_of(query, [&](const auto& sent) {
    const auto found = std::ranges::find(known, std::string_view(sent.first), &QueryParameter::name);
    const auto times =
        std::ranges::count_if(query, [&](const auto& other) { return other.first == sent.first; });
    return found != known.end() && found->valid(sent.second) && times == 1;
  });
}

}  // namespace qnet::http
