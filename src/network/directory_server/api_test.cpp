// The API's routes and refusals. What they answer in full: tests/e2e/test_directory_api.py.
#include "network/directory_server/api.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "network/directory_server/testing/service_fixture.hpp"

namespace qnet::directory {
namespace {

using boost::asio::ip::make_address;

class ApiTest : public testing::ServiceTest {
 protected:
  static http::Request request_for(std::string_view method, std::string_view target) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.from = {make_address("192.0.2.1"), 1};
    return request;
  }
  http::Reply answer(const http::Request& request) { return answer_of(api_, request); }
  http::Reply answer_of(const Api& api, const http::Request& request) {
    std::optional<http::Reply> reply;
    const auto task = [](const Api* asked, const http::Request* with,
                         std::optional<http::Reply>* to) -> net::Task<void> {
      *to = co_await asked->answer(*with);
    };
    boost::asio::co_spawn(io_, task(&api, &request, &reply), boost::asio::detached);
    run_until([&] { return reply.has_value(); });
    return reply.value_or(http::Reply{});
  }
  static std::string in(const http::Reply& reply, const char* name) {
    return std::string(boost::json::parse(reply.body.bytes()).at(name).as_string());
  }
  static std::string field(const http::Reply& reply, std::string_view name) {
    for (const auto& [known, value] : reply.fields)
      if (known == name) return value;
    return {};
  }

  Api api_{io_.get_executor(), service_, {"token"}};
};

TEST_F(ApiTest, an_unknown_path_is_told_what_there_is) {
  const auto reply = answer(request_for("GET", "/"));
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(in(reply, "error"), "There is nothing here.");
  EXPECT_EQ(in(reply, "hint"),
            "There are POST /api/relay/register, GET /api/relays/by-country, GET /api/relays/prune and "
            "GET /api/directory/snapshot.");
}

TEST_F(ApiTest, what_is_no_path_is_told_what_there_is) {
  for (const auto* target : {"", "*", "http://localhost/api/relays/prune", "/api/relays/prune?%zz"}) {
    const auto reply = answer(request_for("GET", target));
    EXPECT_EQ(reply.status, 400U) << target;
    EXPECT_EQ(in(reply, "error"), "This is no path.");
    EXPECT_EQ(in(reply, "hint"), in(answer(request_for("GET", "/")), "hint"));
  }
}

TEST_F(ApiTest, another_method_is_told_which_there_is) {
  auto reply = answer(request_for("GET", "/api/relay/register"));
  EXPECT_EQ(reply.status, 405U);
  EXPECT_EQ(field(reply, "Allow"), "POST");
  EXPECT_EQ(in(reply, "hint"), "Use POST.");
  for (const auto* path : {"/api/relays/prune", "/api/relays/by-country", "/api/directory/snapshot"}) {
    reply = answer(request_for("POST", path));
    EXPECT_EQ(reply.status, 405U) << path;
    EXPECT_EQ(field(reply, "Allow"), "GET, HEAD");
    EXPECT_EQ(in(reply, "error"), "This method is not for this path.");
  }
}

TEST_F(ApiTest, a_country_is_two_capital_letters_once) {
  EXPECT_EQ(answer(request_for("GET", "/api/relays/by-country?country=SE")).body.bytes(),
            "{\"relays\":[],\"count\":0}\n");
  for (const auto* query : {"country=se", "country=", "country", "country=SE&country=NO", "land=SE"}) {
    const auto target = std::string("/api/relays/by-country?") + query;
    const auto reply = answer(request_for("GET", target));
    EXPECT_EQ(reply.status, 400U) << target;
    EXPECT_EQ(in(reply, "hint"), "Ask with ?country= and two capital letters (ISO 3166-1), or without.");
  }
}

TEST_F(ApiTest, prunes_for_operators_only) {
  auto request = request_for("GET", "/api/relays/prune");
  const auto refused = answer(request);
  EXPECT_EQ(refused.status, 401U);
  EXPECT_EQ(field(refused, "WWW-Authenticate"), "Bearer");
  request.authorization = "Bearer token";
  EXPECT_EQ(answer(request).body.bytes(), "{\"pruned\":0,\"remaining\":0}\n");
  request.authorization = {};
  request.from = {make_address("::1"), 1};
  EXPECT_EQ(answer(request).status, 200U);
}

TEST_F(ApiTest, a_registration_that_is_none_is_refused) {
  auto request = request_for("POST", "/api/relay/register");
  request.body = "{}";
  EXPECT_EQ(answer(request).status, 400U);
}

TEST_F(ApiTest, one_client_asks_a_bounded_number_of_times) {
  const auto request = request_for("GET", "/api/relays/by-country");
  for (unsigned i = 0; i < RateLimits::requests; ++i) ASSERT_EQ(answer(request).status, 200U) << i;
  const auto refused = answer(request);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(in(refused, "error"), "Too many requests.");
  EXPECT_EQ(in(refused, "hint"), "One address may ask 100 times a minute.");
  EXPECT_EQ(field(refused, "Retry-After"), "60");
  auto another = request;
  another.from = {make_address("192.0.2.2"), 1};
  EXPECT_EQ(answer(another).status, 200U);
}

TEST_F(ApiTest, one_client_takes_few_whole_lists_at_once) {
  const auto request = request_for("GET", "/api/directory/snapshot");
  std::vector<http::Reply> under_way;
  for (unsigned i = 0; i < LargeAnswerLimits::per_client; ++i) {
    under_way.push_back(answer(request));
    ASSERT_EQ(under_way.back().status, 200U);
  }
  const auto refused = answer(request);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(in(refused, "hint"), "Take the lists that you have asked for first.");
  EXPECT_EQ(field(refused, "Retry-After"), "60");
  auto conditional = request;
  const auto tag = field(under_way.front(), "ETag");
  conditional.if_none_match = tag;
  EXPECT_EQ(answer(conditional).status, 304U);
  under_way.clear();
  EXPECT_EQ(answer(request).status, 200U);
}

TEST_F(ApiTest, without_a_directory_nothing_is_there) {
  const Api none(io_.get_executor(), nullptr, {});
  for (const auto* target : {"/", "/api/relays/by-country", "*", "/api/relays/prune?%zz"}) {
    const auto reply = answer_of(none, request_for("GET", target));
    EXPECT_EQ(reply.status, 404U) << target;
    EXPECT_EQ(in(reply, "error"), "This peer serves no directory.");
  }
}

}  // namespace
}  // namespace qnet::directory
