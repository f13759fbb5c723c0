#include "control/routes.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "control/changes.hpp"
#include "control/metrics.hpp"
#include "control/page.hpp"
#include "control/proxy_pac.hpp"
#include "control/status_json.hpp"
#include "control/status_text.hpp"

namespace qnet::control {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kJson = "application/json";
constexpr const char* kPac = "application/x-ns-proxy-autoconfig";

http::Reply reply(std::string_view content_type, std::string text) {
  return {200, std::string(content_type), std::move(text), {}};
}

http::Reply ready(const Status& status) {
  if (const auto reason = why_not_ready(status)) return {503, kText, *reason + "\n", {}};
  return reply(kText, "ready\n");
}

http::Reply mode(const Status& status) {
  if (!status.path) return http::error_reply(404, "Only a client has a mode.", "Ask a client.");
  return reply(kJson, mode_json(status.path->hops));
}

http::Reply pac(const Status& status) {
  if (status.socks_address.empty() || status.socks_address.starts_with("unix:"))
    return http::error_reply(404, "There is no proxy that browsers can use.",
                             "Ask a client that has a proxy port.");
  return reply(kPac, proxy_pac(status.socks_address));
}

/// What everybody on this machine may read.
std::vector<http::Route> reading_routes(StatusSource source,
                                        const std::shared_ptr<const Controls>& controls) {
  const auto shared = std::make_shared<const StatusSource>(std::move(source));
  const auto get = [&shared](std::string_view path, http::Reply (*answer)(const Status&)) {
    return http::Route{"GET", path, [shared, answer](const http::Request&, const http::Arguments&) {
                         return answer((*shared)());
                       }};
  };
  std::vector<http::Route> all{
      get("/status", [](const Status& status) { return reply(kJson, status_json(status)); }),
      get("/status.txt", [](const Status& status) { return reply(kText, status_text(status)); }),
      get("/ready", ready),
      get("/metrics", [](const Status& status) { return reply(kMetricsType, metrics(status)); }),
      get("/mode", mode),
      get("/proxy.pac", pac),
      {"GET", "/ping", [](const http::Request&, const http::Arguments&) { return reply(kText, "pong\n"); }},
  };
  if (controls->config)
    all.push_back({"GET", "/config", [controls](const http::Request&, const http::Arguments&) {
                     return reply(kJson, config_json(controls->config()));
                   }});
  return all;
}

std::string hint_of(std::span<const http::Route> routes) {
  std::vector<std::string_view> paths;
  for (const auto& route : routes)
    if (route.method == "GET" && route.path != "/") paths.push_back(route.path);
  return fmt::format("Try {}.", fmt::join(paths, ", "));
}

}  // namespace

http::Router status_router(StatusSource source, Controls controls) {
  const auto shared = std::make_shared<const Controls>(std::move(controls));
  auto table = reading_routes(std::move(source), shared);
  add_changes(table, shared);
  table.push_back(page_route());
  std::ranges::copy(shared->more, std::back_inserter(table));
  http::RouterOptions options;
  const auto& file = shared->token_file;
  options.operators = {shared->token, false,
                       file.empty() ? "Nothing can be changed here: QNet has no folder for its secret."
                                    : "Send the secret in " + file + " as \"Authorization: Bearer\"."};
  options.only_local_host = true;
  options.only_own_pages = true;
  options.no_route = {404, "There is nothing here.", hint_of(table)};
  options.bad_target = options.no_route;
  return {std::move(table), std::move(options)};
}

}  // namespace qnet::control
