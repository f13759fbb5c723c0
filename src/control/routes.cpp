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

http::Reply reply(std::string_view content_type, std::string text) {
  return {200, std::string(content_type), std::move(text), {}};
}

http::Reply index(const http::Request&, const http::Arguments&) {
  return reply(kText, fmt::format("QNet is running.\n\n"
                                  "{:<13}how it is doing, for people\n"
                                  "{:<13}the same as JSON\n"
                                  "{:<13}200 when it is connected, else 503\n"
                                  "{:<13}for Prometheus\n",
                                  kStatusText, kStatus, kReady, kMetrics));
}

http::Reply ready(const Status& status) {
  if (const auto reason = why_not_ready(status)) return {503, kText, *reason + "\n", {}};
  return reply(kText, "ready\n");
}

std::vector<http::Route> routes(StatusSource source) {
  const auto shared = std::make_shared<const StatusSource>(std::move(source));
  const auto get = [&shared](std::string_view path, http::Reply (*answer)(const Status&)) {
    return http::Route{"GET", path, [shared, answer](const http::Request&, const http::Arguments&) {
                         return answer((*shared)());
                       }};
  };
  return {
      {"GET", "/", index},
      get(kStatus, [](const Status& status) { return reply(kJson, status_json(status)); }),
      get(kStatusText, [](const Status& status) { return reply(kText, status_text(status)); }),
      get(kReady, ready),
      get(kMetrics, [](const Status& status) { return reply(kMetricsType, metrics(status)); }),
  };
}

/// All but the index.
std::string hint_of(std::span<const http::Route> routes) {
  std::vector<std::string_view> paths;
  for (const auto& route : routes)
    if (route.path != "/") paths.push_back(route.path);
  return fmt::format("Try {}.", fmt::join(paths, ", "));
}

}  // namespace

http::Router status_router(StatusSource source) {
  auto table = routes(std::move(source));
  http::RouterOptions options;
  options.only_local_host = true;
  options.query = http::QueryForm::unread;  // somebody's "?pretty" is no reason to refuse
  options.no_route = {404, "There is nothing here.", hint_of(table)};
  options.bad_target = options.no_route;
  options.wrong_method = "This can only be read.";
  options.wrong_method_hint = "Use GET or HEAD.";
  return {std::move(table), std::move(options)};
}

}  // namespace qnet::control
