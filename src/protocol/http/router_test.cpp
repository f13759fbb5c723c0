#include "protocol/http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

constexpr std::string_view kToken = "the operator's token";

Reply text(std::string_view words) { return {200, "text/plain", std::string(words), {}}; }

net::Task<Reply> later(const Request& request, const Arguments& arguments) {
  co_return text(std::string(request.body) + " " + std::string(value_of(arguments.path, "peer")));
}

std::vector<Route> routes() {
  const QueryParameter country{"country", [](std::string_view value) { return value.size() == 2; }};
  return {
      {"GET", "/plain", [](const Request&, const Arguments&) { return text("at once"); }},
      {"POST", "/relays/{peer}", later},
      {"GET", "/prune", [](const Request&, const Arguments&) { return text("pruned"); }, Access::operators},
      {"GET", "/list",
       [](const Request&, const Arguments& arguments) { return text(value_of(arguments.query, "country")); },
       Access::everybody, QueryRule{{country}, "Ask with ?country=."}}};
}

Request request_for(std::string_view method, std::string_view target) {
  Request request;
  request.method = method;
  request.target = target;
  request.host = "localhost:8088";
  request.from = {make_address("192.0.2.1"), 1};
  return request;
}

std::string field(const Reply& reply, std::string_view name) {
  const auto found =
      std::ranges::find_if(reply.fields, [name](const auto& one) { return one.first == name; });
  return found == reply.fields.end() ? "" : found->second;
}

Reply answer(const Router& router, const Request& request) {
  std::optional<Reply> reply;
  boost::asio::io_context io;
  const auto task = [](const Router* asked, const Request* with,
                       std::optional<Reply>* to) -> net::Task<void> { *to = co_await asked->answer(*with); };
  boost::asio::co_spawn(io, task(&router, &request, &reply), boost::asio::detached);
  io.run();
  EXPECT_TRUE(reply);
  return reply.value_or(Reply{});
}

void expect_refused(const Reply& reply, unsigned status, const std::string& error, const std::string& hint) {
  EXPECT_EQ(reply.status, status);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(boost::json::parse(reply.body.bytes()), (boost::json::value{{"error", error}, {"hint", hint}}));
}

TEST(Router, runs_functions_and_coroutines) {
  const Router router(routes(), {});
  EXPECT_EQ(answer(router, request_for("GET", "/plain")).body.bytes(), "at once");
  EXPECT_EQ(answer(router, request_for("HEAD", "/plain")).status, 200U);
  auto request = request_for("POST", "/relays/a%20b");
  request.body = "hello";
  EXPECT_EQ(answer(router, request).body.bytes(), "hello a b");
}

TEST(Router, refuses_unknown_paths_methods_and_targets) {
  const Router router(routes(), {});
  expect_refused(answer(router, request_for("GET", "/nothing")), 404, "There is nothing here.", "");
  expect_refused(answer(router, request_for("GET", "plain")), 400, "This is no path.", "");
  expect_refused(answer(router, request_for("GET", "/plain?%zz")), 400, "This is no path.", "");
  const auto wrong = answer(router, request_for("DELETE", "/plain"));
  expect_refused(wrong, 405, "This method is not for this path.", "Use GET, HEAD.");
  EXPECT_EQ(field(wrong, "Allow"), "GET, HEAD");
  const auto longest = "/" + std::string(RouterLimits::target, 'a');
  expect_refused(answer(router, request_for("GET", longest)), 414, "The request's target is too long.",
                 "Use at most 8192 bytes.");
  std::string many = "/plain?";
  for (std::size_t i = 0; i < RouterLimits::query_parameters; ++i) many += "a&";
  expect_refused(answer(router, request_for("GET", many)), 400, "The query has too many parameters.",
                 "Use at most 32.");
}

TEST(Router, refuses_in_its_owners_words) {
  RouterOptions options;
  options.query = QueryForm::unread;
  auto without_rule = routes();
  without_rule.pop_back();
  options.bad_target = {404, "No.", "Try /plain."};
  options.no_route = {404, "Nothing.", "Try /list."};
  options.wrong_method = "Read only.";
  options.wrong_method_hint = "Use GET.";
  const Router router(without_rule, options);
  expect_refused(answer(router, request_for("GET", "http://localhost/plain")), 404, "No.", "Try /plain.");
  expect_refused(answer(router, request_for("GET", "/nothing")), 404, "Nothing.", "Try /list.");
  expect_refused(answer(router, request_for("PUT", "/plain")), 405, "Read only.", "Use GET.");
  EXPECT_EQ(answer(router, request_for("GET", "/plain?%zz")).status, 200U);
}

TEST(Router, refuses_a_query_that_the_route_does_not_know) {
  const Router router(routes(), {});
  EXPECT_EQ(answer(router, request_for("GET", "/list?country=SE")).body.bytes(), "SE");
  EXPECT_EQ(answer(router, request_for("GET", "/list")).body.bytes(), "");
  for (const auto* target :
       {"/list?country=SWE", "/list?country", "/list?country=SE&country=NO", "/list?land=SE"})
    expect_refused(answer(router, request_for("GET", target)), 400,
                   "This is not a question that can be answered.", "Ask with ?country=.");
  EXPECT_EQ(answer(router, request_for("GET", "/plain?whatever")).status, 200U);
}

TEST(Router, gives_operators_routes_to_whoever_has_the_token) {
  RouterOptions options;
  options.operators = {std::string(kToken), false, "Show the token."};
  const Router router(routes(), options);
  auto request = request_for("GET", "/prune");
  request.from = {make_address("127.0.0.1"), 1};
  const auto refused = answer(router, request);
  expect_refused(refused, 401, "This is for the operator.", "Show the token.");
  EXPECT_EQ(field(refused, "WWW-Authenticate"), "Bearer");
  const std::string right = "Bearer " + std::string(kToken);
  request.authorization = right;
  EXPECT_EQ(answer(router, request).status, 200U);
  for (const auto& wrong : {right.substr(0, right.size() - 1), right + "x", std::string("Bearer "),
                            std::string(kToken), "Basic " + std::string(kToken)}) {
    request.authorization = wrong;
    EXPECT_EQ(answer(router, request).status, 401U) << wrong;
  }
}

TEST(Router, without_a_token_no_token_is_right) {
  const Router router(routes(), {});
  auto request = request_for("GET", "/prune");
  for (const auto* given : {"", "Bearer ", "Bearer x"}) {
    request.authorization = given;
    EXPECT_EQ(answer(router, request).status, 401U) << given;
  }
}

TEST(Router, may_take_this_machine_for_the_operator_but_not_a_proxy_on_it) {
  RouterOptions options;
  options.operators.this_machine = true;
  const Router router(routes(), options);
  auto request = request_for("GET", "/prune");
  EXPECT_EQ(answer(router, request).status, 401U);
  request.from = {make_address("127.0.0.1"), 1};
  EXPECT_EQ(answer(router, request).status, 200U);
  request.forwarded = true;
  EXPECT_EQ(answer(router, request).status, 401U);
}

TEST(Router, refuses_a_foreign_host_before_it_says_what_there_is) {
  RouterOptions options;
  options.only_local_host = true;
  const Router router(routes(), options);
  auto request = request_for("GET", "/plain");
  EXPECT_EQ(answer(router, request).status, 200U);
  request.host = "evil.example";
  expect_refused(answer(router, request), 403, "This address is for programs on this machine.",
                 "Ask for it as localhost, 127.0.0.1 or [::1].");
  request.target = "/nothing";
  EXPECT_EQ(answer(router, request).status, 403U);
}

TEST(Router, counts_every_request_of_a_client_against_its_rate) {
  base::testing::SeededRandom random{1};
  RateLimiter limiter(random, {.requests = 3, .window = 60s, .clients = 10, .hint = "Ask less."});
  RouterOptions options;
  options.limiter = &limiter;
  const Router router(routes(), options);
  const RateLimiter::TimePoint now{1h};
  const auto status = [&](const Request& request, RateLimiter::TimePoint at) {
    const auto decision = router.decide(request, at);
    const auto* const reply = std::get_if<Reply>(&decision);
    return reply == nullptr ? 0U : reply->status;
  };
  auto request = request_for("GET", "/plain");
  EXPECT_EQ(status(request, now), 0U);
  EXPECT_EQ(status(request_for("GET", "/nothing"), now), 404U);
  EXPECT_EQ(status(request_for("PUT", "/plain"), now), 405U);
  EXPECT_EQ(status(request, now), 429U);
  EXPECT_EQ(status(request_for("GET", "/nothing"), now), 429U);
  const auto decision = router.decide(request, now);
  expect_refused(std::get<Reply>(decision), 429, "Too many requests.", "Ask less.");
  EXPECT_EQ(field(std::get<Reply>(decision), "Retry-After"), "60");
  request.from = {make_address("192.0.2.2"), 1};
  EXPECT_EQ(status(request, now), 0U);
  request.from = {make_address("192.0.2.1"), 2};
  EXPECT_EQ(status(request, now + 60s), 0U);
}

TEST(Router, a_request_for_a_foreign_host_is_not_counted) {
  base::testing::SeededRandom random{1};
  RateLimiter limiter(random, {.requests = 1, .window = 60s, .clients = 10, .hint = "Ask less."});
  RouterOptions options;
  options.limiter = &limiter;
  options.only_local_host = true;
  const Router router(routes(), options);
  auto request = request_for("GET", "/plain");
  request.host = "evil.example";
  EXPECT_EQ(answer(router, request).status, 403U);
  request.host = "localhost";
  EXPECT_EQ(answer(router, request).status, 200U);
}

TEST(Router, has_no_rule_for_queries_that_it_does_not_read) {
  RouterOptions options;
  options.query = QueryForm::unread;
  EXPECT_THROW(Router(routes(), options), std::invalid_argument);
}

TEST(Router, can_be_moved) {
  Router router(routes(), {});
  const Router moved(std::move(router));
  EXPECT_EQ(answer(moved, request_for("GET", "/plain")).status, 200U);
}

TEST(Value, is_the_first_of_its_name_or_empty) {
  const Parameters parameters{{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(value_of(parameters, "a"), "1");
  EXPECT_EQ(value_of(parameters, "b"), "");
}

}  // namespace
}  // namespace qnet::http
