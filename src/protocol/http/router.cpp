#include "protocol/http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "foundation/crypto/constant_time.hpp"
#include "foundation/crypto/hash.hpp"
#include "protocol/http/host.hpp"

namespace qnet::http {

namespace {

Reply to_reply(const Refusal& refusal) { return error_reply(refusal.status, refusal.error, refusal.hint); }

/// Hashes have one length, so that the time of the comparison tells nothing.
bool same_token(std::string_view given, std::string_view expected) {
  return crypto::equal(crypto::sha256(base::bytes_of(given)), crypto::sha256(base::bytes_of(expected)));
}

std::vector<RouteKey> keys_of(std::span<const Route> routes) {
  std::vector<RouteKey> keys;
  for (const auto& route : routes) keys.push_back({route.method, route.path});
  return keys;
}

}  // namespace

std::string_view value_of(const Parameters& parameters, std::string_view name) {
  const auto found =
      std::ranges::find_if(parameters, [name](const auto& parameter) { return parameter.first == name; });
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

Router::Router(std::vector<Route> routes, RouterOptions options)
    : routes_(std::move(routes)), table_(keys_of(routes_)), options_(std::move(options)) {
  const auto has_rule = [](const Route& route) { return route.query.has_value(); };
  if (options_.query == QueryForm::unread && std::ranges::any_of(routes_, has_rule))
    throw std::invalid_argument("a rule for queries that are unread");
}

std::optional<Reply> Router::refused_before_routing(const Request& request, TimePoint now) const {
  if (options_.only_local_host && !is_local_host(request.host))
    return error_reply(403, "This address is for programs on this machine.",
                       "Ask for it as localhost, 127.0.0.1 or [::1].");
  if (options_.only_own_pages &&
      is_of_another_page({request.host, request.origin, request.sec_fetch_site, request.sec_fetch_mode}))
    return error_reply(403, "This is not for other web pages.", "Open it itself, or ask with a program.");
  auto* const limiter = options_.limiter;
  if (limiter != nullptr && !limiter->admit(limiter->client_at(request.from.address()), now))
    return too_many_requests(limiter->limit().hint, limiter->limit().window);
  return std::nullopt;
}

Reply Router::refused_target(TargetError error) const {
  switch (error) {
    case TargetError::too_long:
      return error_reply(414, "The request's target is too long.",
                         "Use at most " + std::to_string(RouterLimits::target) + " bytes.");
    case TargetError::too_many_parameters:
      return error_reply(400, "The query has too many parameters.",
                         "Use at most " + std::to_string(RouterLimits::query_parameters) + ".");
    case TargetError::malformed: break;
  }
  return to_reply(options_.bad_target);
}

Reply Router::refused_method(const std::string& allow) const {
  const auto& hint = options_.wrong_method_hint;
  auto reply = error_reply(405, options_.wrong_method, hint.empty() ? "Use " + allow + "." : hint);
  reply.fields.emplace_back("Allow", allow);
  return reply;
}

bool Router::is_operator(const Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto& operators = options_.operators;
  if (!operators.token.empty() && request.authorization.starts_with(kScheme) &&
      same_token(request.authorization.substr(kScheme.size()), operators.token))
    return true;
  return operators.this_machine && request.from.address().is_loopback() && !request.forwarded;
}

std::optional<Reply> Router::refused_by(const Route& route, const Request& request,
                                        const Parameters& query) const {
  if (route.access == Access::operators && !is_operator(request)) {
    auto reply = error_reply(401, "This is for the operator.", options_.operators.hint);
    reply.fields.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
  }
  if (route.query && !fits(query, route.query->known))
    return error_reply(400, "This is not a question that can be answered.", route.query->hint);
  return std::nullopt;
}

Router::Decision Router::decide(const Request& request, TimePoint now) const {
  if (auto refused = refused_before_routing(request, now)) return std::move(*refused);
  auto target = parse_target(request.target, options_.query);
  if (!target) return refused_target(target.error());
  auto match = table_.find(request.method, target->path);
  if (const auto* const wrong = std::get_if<RouteTable::WrongMethod>(&match))
    return refused_method(wrong->allow);
  auto* const found = std::get_if<RouteTable::Found>(&match);
  if (found == nullptr) return to_reply(options_.no_route);
  const auto& route = routes_[found->route];
  if (auto refused = refused_by(route, request, target->query)) return std::move(*refused);
  return Chosen{&route, {std::move(found->in_path), std::move(target->query)}};
}

net::Task<Reply> Router::answer(const Request& request) const {
  auto decision = decide(request, std::chrono::steady_clock::now());
  if (auto* const refused = std::get_if<Reply>(&decision)) co_return std::move(*refused);
  const auto& chosen = std::get<Chosen>(decision);
  const auto& handler = chosen.route->handler;
  if (const auto* const at_once = std::get_if<0>(&handler)) co_return (*at_once)(request, chosen.arguments);
  co_return co_await std::get<1>(handler)(request, chosen.arguments);
}

}  // namespace qnet::http
