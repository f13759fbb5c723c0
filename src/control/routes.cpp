#include "control/routes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <boost/json.hpp>

#include "control/metrics.hpp"
#include "control/status_json.hpp"
#include "control/status_text.hpp"

namespace qnet::control {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";

constexpr std::string_view kPaths = "/status, /status.txt, /ready, /metrics";

Reply index(const StatusSource&) {
  return {200, kText,
          "QNet is running.\n\n"
          "/status.txt  how it is doing, for people\n"
          "/status      the same as JSON\n"
          "/ready       200 when it is connected, else 503\n"
          "/metrics     for Prometheus\n"};
}

Reply ready(const StatusSource& source) {
  if (const auto reason = why_not_ready(source())) return {503, kText, *reason + "\n"};
  return {200, kText, "ready\n"};
}

struct Route {
  std::string_view path;
  Reply (*answer)(const StatusSource&);
};

constexpr std::array<Route, 5> kRoutes{{
    {"/", index},
    {"/status", [](const StatusSource& source) { return Reply{200, kJson, status_json(source())}; }},
    {"/status.txt", [](const StatusSource& source) { return Reply{200, kText, status_text(source())}; }},
    {"/ready", ready},
    {"/metrics", [](const StatusSource& source) { return Reply{200, kMetricsType, metrics(source())}; }},
}};

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool equal_ignoring_case(std::string_view one, std::string_view two) {
  return std::ranges::equal(
      one, two, [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

}  // namespace

Reply error_reply(unsigned status, std::string_view error, std::string_view hint) {
  boost::json::object body;
  body["error"] = error;
  body["hint"] = hint;
  return {status, kJson, boost::json::serialize(body) + "\n"};
}

bool is_local_host(std::string_view host) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!equal_ignoring_case(host.substr(0, name.size()), name)) continue;
    const auto rest = host.substr(name.size());
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  return false;
}

Reply answer(const Request& request, const StatusSource& source) {
  if (!is_local_host(request.host))
    return error_reply(403, "This address is for programs on this machine.",
                       "Ask for it as localhost, 127.0.0.1 or [::1].");
  const auto path = request.target.substr(0, request.target.find('?'));
  const auto* const route = std::ranges::find(kRoutes, path, &Route::path);
  if (route == kRoutes.end())
    return error_reply(404, "There is nothing here.", std::string("Try ").append(kPaths) + ".");
  if (request.method != "GET" && request.method != "HEAD")
    return error_reply(405, "This can only be read.", "Use GET or HEAD.");
  return route->answer(source);
}

}  // namespace qnet::control
