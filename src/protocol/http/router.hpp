// Answers requests by a table of routes: method, path pattern, who may, which query, and the handler. What is
// refused is refused here, in this order: Host, page, rate, target, path, method, access, query.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/http/message.hpp"
#include "protocol/http/rate_limiter.hpp"
#include "protocol/http/route_table.hpp"

namespace qnet::http {

/// What a handler is given beside the request; valid until the reply is there.
struct Arguments {
  Parameters path{};   ///< one for each "{name}" of the pattern
  Parameters query{};  ///< all that were sent; checked where the route has a QueryRule
};

/// The first of that name; empty when there is none.
[[nodiscard]] std::string_view value_of(const Parameters& parameters, std::string_view name);

/// A function that answers at once, or a coroutine.
using RouteHandler = std::variant<std::function<Reply(const Request&, const Arguments&)>,
                                  std::function<net::Task<Reply>(const Request&, const Arguments&)>>;

enum class Access {
  everybody,
  operators,  ///< as RouterOptions::operators says; others are answered 401
};

struct QueryRule {
  std::vector<QueryParameter> known;
  std::string hint;  ///< for whoever sends another query
};

struct Route {
  std::string_view method;  ///< a literal; never HEAD, which is answered wherever GET is
  std::string_view path;    ///< a literal: a pattern as in route_table.hpp
  RouteHandler handler;
  Access access = Access::everybody;
  std::optional<QueryRule> query{};  ///< without one, any parameters are taken
};

struct Refusal {
  unsigned status = 0;
  std::string error{};
  std::string hint{};
};

/// Who may use routes for operators.
struct Operators {
  /// Whoever shows it as "Authorization: Bearer …"; empty for nobody.
  std::string token{};
  /// Whoever asks over loopback, and whose request no proxy has passed on.
  bool this_machine = false;
  std::string hint{};  ///< for everybody else
};

/// What holds for every request, one for an unknown path too: Host and rate are looked at before there is a
/// route, so that who may not ask is not told what there is, and guesses at paths are counted.
struct RouterOptions {
  bool only_local_host = false;    ///< 403 for a Host that is not one of this machine's own names
  bool only_own_pages = false;     ///< 403 for what a browser asks for another page
  RateLimiter* limiter = nullptr;  ///< 429 from it; must outlive the router
  QueryForm query = QueryForm::decoded;
  Refusal bad_target{400, "This is no path.", {}};
  Refusal no_route{404, "There is nothing here.", {}};
  std::string wrong_method = "This method is not for this path.";
  std::string wrong_method_hint{};  ///< empty: "Use " and the methods that there are
  Operators operators{};
};

/// Lives on one io_context that one thread runs.
class Router {
 public:
  using TimePoint = RateLimiter::TimePoint;
  struct Chosen {
    const Route* route;  ///< the router's
    Arguments arguments;
  };
  using Decision = std::variant<Reply, Chosen>;

  /// Throws as RouteTable does, and std::invalid_argument for a QueryRule where queries are unread.
  Router(std::vector<Route> routes, RouterOptions options);
  Router(Router&&) noexcept = default;

  /// A refusal, or the route that answers. No I/O; counts the request against the rate limit.
  [[nodiscard]] Decision decide(const Request& request, TimePoint now) const;

  /// The router and the request must outlive the call.
  net::Task<Reply> answer(const Request& request) const;

 private:
  [[nodiscard]] std::optional<Reply> refused_before_routing(const Request& request, TimePoint now) const;
  [[nodiscard]] Reply refused_target(TargetError error) const;
  [[nodiscard]] Reply refused_method(const std::string& allow) const;
  [[nodiscard]] std::optional<Reply> refused_by(const Route& route, const Request& request,
                                                const Parameters& query) const;
  [[nodiscard]] bool is_operator(const Request& request) const;

  std::vector<Route> routes_;
  RouteTable table_;
  RouterOptions options_;
};

}  // namespace qnet::http
