#include "control/changes.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "control/error.hpp"
#include "control/testing/ask.hpp"
#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Reply = testing::Answered;

/// A client that notes what was asked of it, and a secret.
class Changes : public ::testing::Test {
 protected:
  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            std::string_view authorization = "Bearer secret", std::string_view host = "localhost:8088") {
    return testing::ask({method, target, host, body, authorization}, testing::client_status, offered());
  }
  Reply post(std::string_view target, std::string_view body = "",
             std::string_view authorization = "Bearer secret") {
    return ask("POST", target, body, authorization);
  }

  Controls offered() {
    if (!offers_) return {};
    Controls controls;
    controls.token = token_;
    controls.token_file = "/state/api-token-8088";
    controls.config = [this] {
      Config config;
      config.helper_mode = "client";
      config.hops = hops_;
      config.exit_countries = countries_;
      config.log_level = level_;
      return config;
    };
    controls.log_tail = [](std::size_t lines) { return std::to_string(lines) + " lines"; };
    controls.proxy = [] { return ProxyAccess{"127.0.0.1:1088", "qnet", "word"}; };
    controls.invite = [] { return "qnet://invite"; };
    controls.set_hops = [this](std::size_t hops) -> base::Result<void> {
      if (hops > 5) return base::fail(Errc::bad_answer, "choose 1 to 5 hops");
      hops_ = hops;
      return {};
    };
    if (!is_client_) controls.set_hops = nullptr;
    controls.set_exit_countries = [this](std::vector<std::string> countries) -> base::Result<void> {
      countries_ = std::move(countries);
      return {};
    };
    controls.set_log_level = [this](const std::string& level) -> base::Result<void> {
      level_ = level;
      return {};
    };
    controls.new_path = [this] { done_.emplace_back("new path"); };
    controls.disconnect = [this] { done_.emplace_back("disconnect"); };
    controls.connect = [this] { done_.emplace_back("connect"); };
    controls.add_invite = [this](const std::string& link) -> base::Result<void> {
      if (link != "qnet://good") return base::fail(Errc::bad_answer, "the invite is damaged");
      done_.push_back(link);
      return {};
    };
    return controls;
  }

  bool offers_ = true;
  bool is_client_ = true;
  std::string token_ = "secret";
  std::size_t hops_ = 3;
  std::vector<std::string> countries_;
  std::string level_ = "info";
  std::vector<std::string> done_;
};

constexpr std::pair<std::string_view, std::string_view> kGuarded[] = {
    {"POST", "/mode"},   {"POST", "/config"}, {"GET", "/logs"},  {"GET", "/proxy"},        {"GET", "/invite"},
    {"POST", "/invite"}, {"POST", "/start"},  {"POST", "/stop"}, {"POST", "/circuit/new"},
};

TEST_F(Changes, are_for_who_has_the_secret_alone) {
  for (const auto& [method, path] : kGuarded)
    for (const auto authorization :
         {"", "secret", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"})
      EXPECT_EQ(ask(method, path, R"({"hops":1})", authorization).status, 401U) << path << authorization;
  EXPECT_THAT(post("/stop", "", "").body, HasSubstr("/state/api-token-8088"));
  EXPECT_EQ(ask("POST", "/stop", "", "Bearer secret", "evil.example").status, 403U);
  EXPECT_EQ(hops_, 3U);
  EXPECT_THAT(done_, ElementsAre());
}

TEST_F(Changes, need_a_secret_that_is_not_empty) {
  token_.clear();
  for (const auto& [method, path] : kGuarded)
    EXPECT_EQ(ask(method, path, "", "Bearer ").status, 401U) << path;
}

TEST_F(Changes, that_are_not_offered_are_not_there) {
  offers_ = false;
  for (const auto& [method, path] : kGuarded)
    if (path != "/mode") EXPECT_EQ(ask(method, path).status, 404U) << path;
  EXPECT_EQ(post("/mode").status, 401U);
}

TEST_F(Changes, of_the_mode_are_for_clients_alone) {
  is_client_ = false;
  EXPECT_EQ(post("/mode", R"({"hops":3})").status, 404U);
}

TEST_F(Changes, of_the_mode_are_made) {
  EXPECT_EQ(ask("GET", "/mode", "", "").body, R"({"hops":1})");  // the sample status has it
  const auto reply = post("/mode", R"({"hops":2})");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body, R"({"hops":2})");
  EXPECT_EQ(hops_, 2U);
}

TEST_F(Changes, to_a_mode_that_is_none_are_refused_with_what_to_send) {
  EXPECT_THAT(post("/mode", "private").body, HasSubstr(R"({\"hops\": 3})"));
  EXPECT_EQ(post("/mode", "").status, 400U);
  EXPECT_THAT(post("/mode", R"({"hops":6})").body, HasSubstr("choose 1 to 5 hops"));
  EXPECT_EQ(hops_, 3U);
}

TEST_F(Changes, of_the_config_are_made_and_answered_with_all_of_it) {
  const auto reply = post("/config", R"({"hops":1,"exit_countries":["SE","NO"],"log_level":"debug"})");
  EXPECT_EQ(reply.status, 200U);
  const auto all = boost::json::parse(reply.body);
  EXPECT_EQ(all.at("hops"), 1);
  EXPECT_EQ(all.at("exit_countries"), boost::json::parse(R"(["SE","NO"])"));
  EXPECT_EQ(all.at("log_level"), "debug");
  EXPECT_THAT(countries_, ElementsAre("SE", "NO"));
}

TEST_F(Changes, that_cannot_be_read_change_nothing) {
  for (const auto* body : {"", "[]", "{}", R"({"hops":"1"})", R"({"hops":0})", R"({"exit_countries":["se"]})",
                           R"({"exit_countries":"SE"})", R"({"log_level":"trace"})",
                           R"({"log_level":"loud"})", R"({"hops":1,"socks_addr":"0.0.0.0:1"})"})
    EXPECT_EQ(post("/config", body).status, 400U) << body;
  EXPECT_EQ(hops_, 3U);
  EXPECT_EQ(level_, "info");
}

TEST_F(Changes, of_the_tunnel_are_passed_on) {
  for (const auto* path : {"/stop", "/start", "/circuit/new"}) EXPECT_EQ(post(path).body, "{}");
  EXPECT_THAT(done_, ElementsAre("disconnect", "connect", "new path"));
}

TEST_F(Changes, take_an_invite_or_say_why_not) {
  EXPECT_EQ(post("/invite", R"({"link":"qnet://good"})").status, 200U);
  EXPECT_THAT(post("/invite", R"({"link":"qnet://bad"})").body, HasSubstr("damaged"));
  for (const auto* body : {"qnet://good", "{}", R"({"link":1})", R"({"link":"qnet://good","more":1})"})
    EXPECT_EQ(post("/invite", body).status, 400U) << body;
  EXPECT_THAT(done_, ElementsAre("qnet://good"));
}

TEST_F(Changes, show_an_invite_and_its_picture) {
  const auto all = boost::json::parse(ask("GET", "/invite").body);
  EXPECT_EQ(all.at("link"), "qnet://invite");
  EXPECT_THAT(std::string(all.at("qr_svg").as_string()), ::testing::StartsWith("<svg "));
}

TEST_F(Changes, tell_programs_how_to_use_the_proxy) {
  EXPECT_EQ(boost::json::parse(ask("GET", "/proxy").body),
            boost::json::parse(R"({"address":"127.0.0.1:1088","user":"qnet","password":"word"})"));
}

TEST_F(Changes, show_the_last_lines_of_the_log) {
  EXPECT_EQ(ask("GET", "/logs").body, "100 lines");
  EXPECT_EQ(ask("GET", "/logs?tail=7").body, "7 lines");
  for (const auto* target : {"/logs?tail=0", "/logs?tail=1001", "/logs?tail=-1", "/logs?tail=7x"})
    EXPECT_EQ(ask("GET", target).status, 400U) << target;
}

}  // namespace
}  // namespace qnet::control
