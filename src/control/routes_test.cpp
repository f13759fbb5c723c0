#include "control/routes.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "control/error.hpp"
#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Reply {
  unsigned status = 0;
  std::string content_type;
  std::string body;
};

struct Request {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view body{};
  std::string_view authorization{};
};

net::Task<void> answer_to(const http::Router* router, const http::Request* request, Reply* to) {
  const auto reply = co_await router->answer(*request);
  *to = {reply.status, reply.content_type, std::string(reply.body.bytes())};
}

Reply answer(const Request& asked, const StatusSource& source, Controls controls = {}) {
  const auto router = status_router(source, std::move(controls));
  http::Request request;
  request.method = asked.method;
  request.target = asked.target;
  request.host = asked.host;
  request.body = asked.body;
  request.authorization = asked.authorization;
  Reply reply;
  boost::asio::io_context io;
  boost::asio::co_spawn(io, answer_to(&router, &request, &reply), boost::asio::detached);
  io.run();
  return reply;
}

Reply get(std::string_view target, std::string_view method = "GET",
          std::string_view host = "localhost:8088") {
  return answer({.method = method, .target = target, .host = host}, testing::client_status);
}

TEST(Routes, answer_each_path_in_its_own_type) {
  EXPECT_THAT(get("/").body, HasSubstr("/status.txt"));
  EXPECT_EQ(get("/status").content_type, "application/json");
  EXPECT_EQ(boost::json::parse(get("/status").body).at("helper_mode"), "client");
  EXPECT_THAT(get("/status.txt").content_type, StartsWith("text/plain"));
  EXPECT_THAT(get("/status.txt").body, StartsWith("QNet 0.1.0"));
  EXPECT_THAT(get("/metrics").content_type, StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(get("/metrics").body, StartsWith("# HELP qnet_info"));
}

TEST(Routes, ignore_a_query) {
  EXPECT_EQ(get("/status?pretty").status, 200U);
  EXPECT_EQ(get("/status?%zz|").status, 200U);
}

TEST(Routes, an_index_and_a_hint_name_them_all) {
  EXPECT_EQ(get("/").body,
            "QNet is running.\n\n"
            "/status.txt  how it is doing, for people\n"
            "/status      the same as JSON\n"
            "/ready       200 when it is connected, else 503\n"
            "/metrics     for Prometheus\n");
  EXPECT_EQ(boost::json::parse(get("/nothing").body).at("hint"),
            "Try /status, /status.txt, /ready, /metrics.");
}

TEST(Routes, are_ready_when_connected) {
  EXPECT_EQ(get("/ready").status, 200U);
  EXPECT_EQ(get("/ready").body, "ready\n");
}

TEST(Routes, are_not_ready_while_any_node_is_not_and_say_why) {
  auto status = testing::demo_status();
  const Request request{.method = "GET", .target = "/ready", .host = "localhost"};
  const auto reply = answer(request, [&] { return status; });
  EXPECT_EQ(reply.status, 503U);
  EXPECT_EQ(reply.body, "super is calibrating: the cover origin does not answer\n");
  status.nodes.pop_back();
  status.connection = Connection::offline;
  EXPECT_EQ(answer(request, [&] { return status; }).body, "QNet is offline\n");
}

TEST(Routes, refuse_with_an_error_and_a_hint) {
  for (const auto& [reply, expected] : {std::pair{get("/nothing"), 404U},
                                        {get("/status/"), 404U},
                                        {get("http://localhost/status"), 404U},
                                        {get(""), 404U},
                                        {get("/status", "POST"), 405U},
                                        {get("/", "DELETE"), 405U},
                                        {get("/status", "GET", "evil.example"), 403U}}) {
    EXPECT_EQ(reply.status, expected);
    const auto body = boost::json::parse(reply.body).as_object();
    EXPECT_FALSE(body.at("error").as_string().empty());
    EXPECT_FALSE(body.at("hint").as_string().empty());
  }
}

TEST(Routes, do_not_make_a_status_for_a_request_that_is_refused) {
  const StatusSource never = []() -> Status {
    ADD_FAILURE() << "asked for a status";
    return {};
  };
  EXPECT_EQ(answer({.method = "GET", .target = "/status", .host = "evil.example"}, never).status, 403U);
  EXPECT_EQ(answer({.method = "PUT", .target = "/status", .host = "localhost"}, never).status, 405U);
}

/// A client with 3 hops, what was asked of it, and a secret.
class ModeRoute : public ::testing::Test {
 protected:
  Reply ask(Request request) {
    const auto source = [] {
      auto status = testing::client_status();
      status.path = Path{3, {}};
      return status;
    };
    return answer(request, source, {"secret", [this](std::size_t hops) -> base::Result<void> {
                                      if (hops > 5) return base::fail(Errc::bad_answer, "choose 1 to 5 hops");
                                      asked_ = hops;
                                      return {};
                                    }});
  }
  Reply post(std::string_view body, std::string_view authorization = "Bearer secret") {
    return ask({"POST", "/mode", "localhost:8088", body, authorization});
  }

  std::optional<std::size_t> asked_;
};

TEST_F(ModeRoute, is_told_to_everybody_on_this_machine) {
  const auto reply = ask({"GET", "/mode", "localhost:8088"});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, R"({"hops":3})");
  EXPECT_THAT(ask({"GET", "/", "localhost"}).body, HasSubstr("/mode "));
}

TEST_F(ModeRoute, is_changed_by_who_has_the_secret) {
  const auto reply = post(R"({"hops":1})");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, R"({"hops":1})");
  EXPECT_EQ(asked_, 1U);
}

TEST_F(ModeRoute, is_changed_by_nobody_else) {
  for (const auto authorization : {"", "secret", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"})
    EXPECT_EQ(post(R"({"hops":1})", authorization).status, 401U) << authorization;
  EXPECT_EQ(ask({"POST", "/mode", "evil.example", R"({"hops":1})", "Bearer secret"}).status, 403U);
  EXPECT_EQ(ask({"PUT", "/mode", "localhost", R"({"hops":1})", "Bearer secret"}).status, 405U);
  EXPECT_EQ(asked_, std::nullopt);
}

TEST_F(ModeRoute, that_is_none_is_refused_with_what_to_send) {
  EXPECT_THAT(post("private").body, HasSubstr(R"({\"hops\": 3})"));
  EXPECT_EQ(post("").status, 400U);
  const auto reply = post(R"({"hops":6})");
  EXPECT_EQ(reply.status, 400U);
  EXPECT_THAT(reply.body, HasSubstr("choose 1 to 5 hops"));
  EXPECT_EQ(asked_, std::nullopt);
}

TEST(Routes, have_no_mode_where_nothing_can_be_changed) {
  EXPECT_EQ(get("/mode").status, 404U);
  EXPECT_EQ(get("/mode", "POST").status, 404U);
}

TEST_F(ModeRoute, needs_a_secret_that_is_not_empty) {
  EXPECT_EQ(answer({"POST", "/mode", "localhost", R"({"hops":1})", "Bearer "}, testing::client_status,
                   {"",
                    [](std::size_t) -> base::Result<void> {
                      ADD_FAILURE();
                      return {};
                    }})
                .status,
            401U);
}

}  // namespace
}  // namespace qnet::control
