#include "control/routes.hpp"

#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/metrics.hpp"
#include "control/status_json.hpp"
#include "control/status_text.hpp"

namespace qnet::control {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";

constexpr std::string_view kStatus = "/status";
constexpr std::string_view kStatusText = "/status.txt";
constexpr std::string_view kReady = "/ready";
constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kMode = "/mode";

http::Reply reply(std::string_view content_type, std::string text) {
  return {200, std::string(content_type), std::move(text), {}};
}

std::string index_text(bool changeable) {
  auto text = fmt::format(
      "QNet is running.\n\n"
      "{:<13}how it is doing, for people\n"
      "{:<13}the same as JSON\n"
      "{:<13}200 when it is connected, else 503\n"
      "{:<13}for Prometheus\n",
      kStatusText, kStatus, kReady, kMetrics);
  if (changeable) text += fmt::format("{:<13}how many relays connections cross\n", kMode);
  return text;
}

http::Reply ready(const Status& status) {
  if (const auto reason = why_not_ready(status)) return {503, kText, *reason + "\n", {}};
  return reply(kText, "ready\n");
}

http::Reply mode(const Status& status) {
  return reply(kJson, mode_json(status.path ? status.path->hops : 0));
}

http::Reply change_mode(const Controls& controls, const http::Request& request) {
  const auto hops = hops_in(request.body);
  if (!hops) return http::error_reply(400, "This is no mode.", R"(Send {"hops": 3}, or 1 for fast mode.)");
  if (const auto done = controls.set_hops(*hops); !done)
    return http::error_reply(400, done.error().message(), "");
  return reply(kJson, mode_json(*hops));
}

void add_mode(std::vector<http::Route>& all, const std::shared_ptr<const StatusSource>& source,
              Controls controls) {
  const auto shared = std::make_shared<const Controls>(std::move(controls));
  all.push_back(
      {"GET", kMode, [source](const http::Request&, const http::Arguments&) { return mode((*source)()); }});
  all.push_back({"POST", kMode,
                 [shared](const http::Request& request, const http::Arguments&) {
                   return change_mode(*shared, request);
                 },
                 http::Access::operators});
}

std::vector<http::Route> routes(StatusSource source, Controls controls) {
  const auto shared = std::make_shared<const StatusSource>(std::move(source));
  const auto get = [&shared](std::string_view path, http::Reply (*answer)(const Status&)) {
    return http::Route{"GET", path, [shared, answer](const http::Request&, const http::Arguments&) {
                         return answer((*shared)());
                       }};
  };
  const bool changeable = controls.set_hops != nullptr;
  std::vector<http::Route> all{
      {"GET", "/",
       [changeable](const http::Request&, const http::Arguments&) {
         return reply(kText, index_text(changeable));
       }},
      get(kStatus, [](const Status& status) { return reply(kJson, status_json(status)); }),
      get(kStatusText, [](const Status& status) { return reply(kText, status_text(status)); }),
      get(kReady, ready),
      get(kMetrics, [](const Status& status) { return reply(kMetricsType, metrics(status)); }),
  };
  if (changeable) add_mode(all, shared, std::move(controls));
  return all;
}

/// All but the index.
std::string hint_of(std::span<const http::Route> routes) {
  std::vector<std::string_view> paths;
  for (const auto& route : routes)
    if (route.path != "/" && route.method == "GET") paths.push_back(route.path);
  return fmt::format("Try {}.", fmt::join(paths, ", "));
}

}  // namespace

http::Router status_router(StatusSource source, Controls controls) {
  http::RouterOptions options;
  options.operators = {
      controls.token, false,
      "Send the secret in the file api-token of QNet's state folder, as \"Authorization: Bearer\"."};
  auto table = routes(std::move(source), std::move(controls));
  options.only_local_host = true;
  options.query = http::QueryForm::unread;  // somebody's "?pretty" is no reason to refuse
  options.no_route = {404, "There is nothing here.", hint_of(table)};
  options.bad_target = options.no_route;
  return {std::move(table), std::move(options)};
}

}  // namespace qnet::control
