#include "control/routes.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "control/error.hpp"
#include "control/testing/ask.hpp"
#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using Reply = testing::Answered;
using Request = testing::Asked;

Reply answer(const Request& asked, const StatusSource& source) { return testing::ask(asked, source); }

Reply get(std::string_view target, std::string_view method = "GET",
          std::string_view host = "localhost:8088") {
  return answer({.method = method, .target = target, .host = host}, testing::client_status);
}

TEST(Routes, answer_each_path_in_its_own_type) {
  EXPECT_THAT(get("/").body, HasSubstr("/status.txt"));
  EXPECT_EQ(get("/status").content_type, "application/json");
  EXPECT_EQ(boost::json::parse(get("/status").body).at("mode"), "client");
  EXPECT_THAT(get("/status.txt").content_type, StartsWith("text/plain"));
  EXPECT_THAT(get("/status.txt").body, StartsWith("QNet 0.1.0"));
  EXPECT_THAT(get("/metrics").content_type, StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(get("/metrics").body, StartsWith("# HELP qnet_info"));
}

TEST(Routes, ignore_a_query) { EXPECT_EQ(get("/status?pretty").status, 200U); }

TEST(Routes, of_a_wrong_path_name_the_right_ones) {
  EXPECT_EQ(boost::json::parse(get("/nothing").body).at("hint"),
            "Try /status, /status.txt, /ready, /metrics, /mode, /proxy.pac, /ping.");
}

TEST(Routes, answer_a_ping) { EXPECT_EQ(get("/ping").body, "pong\n"); }

TEST(Routes, give_browsers_the_proxy) {
  const auto pac = get("/proxy.pac");
  EXPECT_EQ(pac.content_type, "application/x-ns-proxy-autoconfig");
  EXPECT_THAT(pac.body, HasSubstr("SOCKS5 127.0.0.1:1088"));
  const auto relay =
      answer({.method = "GET", .target = "/proxy.pac", .host = "localhost"}, testing::super_status);
  EXPECT_EQ(relay.status, 404U);
}

TEST(Routes, refuse_what_a_browser_asks_for_another_page) {
  const auto router = status_router(testing::client_status);
  http::Request request;
  request.method = "GET";
  request.target = "/status";
  request.host = "127.0.0.1:8088";
  const auto status = [&] {
    const auto decision = router.decide(request, std::chrono::steady_clock::now());
    const auto* const refused = std::get_if<http::Reply>(&decision);
    return refused == nullptr ? 200U : refused->status;
  };
  for (const auto* origin : {"http://evil.example", "null", "https://127.0.0.1:8088", "http://localhost:8088",
                             "http://127.0.0.1:8089"}) {
    request.origin = origin;
    EXPECT_EQ(status(), 403U) << origin;
  }
  request.origin = "http://127.0.0.1:8088";
  request.sec_fetch_site = "same-origin";
  EXPECT_EQ(status(), 200U);
  request.origin = {};
  for (const auto* site : {"cross-site", "same-site"}) {
    request.sec_fetch_site = site;
    request.sec_fetch_mode = "no-cors";
    EXPECT_EQ(status(), 403U) << site;
    request.sec_fetch_mode = "navigate";
    EXPECT_EQ(status(), 200U) << site;
  }
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
  status.state = State::offline;
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

}  // namespace
}  // namespace qnet::control
