#include "doctor/checks.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "control/words.hpp"
#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

Facts facts() {
  return {Settings(), [](const std::string&) { return std::nullopt; }};
}

Json json(std::string_view text) { return boost::json::parse(text).as_object(); }

std::vector<std::string> told(const Findings& findings) {
  std::vector<std::string> all;
  for (const auto& one : findings) all.push_back(std::string(to_text(one.level)) + " " + one.code);
  return all;
}

TEST(Running, says_what_qnet_says) {
  EXPECT_THAT(told(check_running(facts())), ElementsAre("warning not_running"));
  auto runs = facts();
  runs.status = json(R"({"mode": "client", "advice": {"code": "ok"}})");
  EXPECT_THAT(told(check_running(runs)), ElementsAre("ok runs_well"));
  runs.status = json(R"({"mode": "client", "advice": {"code": "starting", "text": "A.", "todo": "B."}})");
  EXPECT_THAT(told(check_running(runs)), ElementsAre("warning runs_with_advice"));
  runs.status =
      json(R"({"mode": "client", "advice": {"code": "relays_silent", "text": "A.", "todo": "B."}})");
  const auto found = check_running(runs);
  EXPECT_EQ(found.front().level, Level::problem);
  EXPECT_EQ(found.front().text(), "QNet runs as client. A.");
  EXPECT_EQ(found.front().todo(), "B.");
}

std::string clock(const ClockFacts& known) { return told({check_clock(known)}).front(); }

TEST(Clock, is_judged_by_a_relays_first) {
  ClockFacts known{std::chrono::system_clock::now()};
  known.behind_peer = -20s;
  EXPECT_EQ(clock(known), "ok clock_right");
  known.behind_peer = 200s;
  EXPECT_EQ(clock(known), "warning clock_behind");
  known.behind_peer = -200s;
  EXPECT_EQ(clock(known), "warning clock_ahead");
  known.behind_peer = 9min;
  EXPECT_EQ(clock(known), "problem clock_behind");
}

TEST(Clock, is_behind_what_was_signed_or_written_later) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  ClockFacts known{now};
  known.signed_at = now + 2h;
  EXPECT_EQ(clock(known), "problem clock_behind_list");
  EXPECT_THAT(check_clock(known).text(), HasSubstr("2 h 0 min"));
  known.signed_at = now - 2h;
  known.newest_file = now + 10min;
  EXPECT_EQ(clock(known), "warning clock_went_back");
  known.newest_file = now;
  EXPECT_EQ(clock(known), "warning clock_unknown");
  known.kept_right = true;
  EXPECT_EQ(clock(known), "ok clock_kept_right");
  known.taken = true;
  EXPECT_EQ(clock(known), "ok clock_taken");
}

class Ports : public ::testing::Test {
 protected:
  Ports() : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {}
  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
};

TEST_F(Ports, that_are_taken_are_named_with_who_has_them) {
  auto wanted = facts();
  wanted.settings.status_port = acceptor_.local_endpoint().port();
  const auto found = check_ports(wanted);
  EXPECT_EQ(found.back().code, "port_taken_by");
  EXPECT_THAT(found.back().text(), HasSubstr("cli_doctor_test"));
  EXPECT_THAT(found.back().todo(), HasSubstr("--status-port"));
  acceptor_.close();
  EXPECT_EQ(check_ports(wanted).back().code, "port_free");
}

TEST_F(Ports, at_an_address_of_no_interface_fail) {
  auto wanted = facts();
  wanted.settings.socks_bind = "192.0.2.1";
  EXPECT_EQ(told(check_ports(wanted)).front(), "problem port_fails");
}

TEST_F(Ports, of_a_qnet_that_runs_are_its_own) {
  auto runs = facts();
  runs.status = json(R"({"socks_addr": "127.0.0.1:1088"})");
  EXPECT_THAT(told(check_ports(runs)), ElementsAre("ok ports_of_qnet"));
}

std::string invite_to(const std::string& host, std::uint16_t port) {
  base::testing::SeededRandom random(1);
  return peer::Invite::make(peer::Identity::generate(random), {host, port}, "www.example.com").to_link();
}

TEST_F(Ports, where_nothing_answers_are_told_for_each_relay) {
  auto wanted = facts();
  wanted.settings.peers = {invite_to("127.0.0.1", acceptor_.local_endpoint().port())};
  acceptor_.close();
  const auto reached = check_reach(wanted);
  EXPECT_THAT(told(reached.findings), ElementsAre("problem reach_refused"));
  EXPECT_FALSE(reached.behind_peer);
}

TEST(Reach, says_who_is_known) {
  EXPECT_THAT(told(check_reach(facts()).findings), ElementsAre("warning reach_nobody"));
  auto runs = facts();
  runs.status = json(R"({"peers": [{"state": "failed", "address": "a:1", "last_error": "No."}],
                         "circuits": [{"state": "ready"}]})");
  EXPECT_THAT(told(check_reach(runs).findings), ElementsAre("warning reach_told", "ok reach_in_use"));
}

TEST(Names, are_looked_up_only_where_there_are_some) {
  EXPECT_THAT(told(check_names(facts())), ElementsAre("ok no_names_needed"));
  auto named = facts();
  named.settings.peers = {invite_to("localhost", 443), invite_to("192.0.2.1", 443)};
  EXPECT_THAT(told(check_names(named)), ElementsAre("ok name_found"));
  named.settings.peers = {invite_to("relay.invalid", 443)};
  EXPECT_THAT(told(check_names(named)), ElementsAre("problem name_not_found"));
}

TEST(Names, need_a_server_where_there_is_an_exit) {
  auto exit = facts();
  exit.settings.helper_mode = HelperMode::exit;
  exit.root = "/nowhere";
  EXPECT_THAT(told(check_names(exit)), ElementsAre("problem no_name_server"));
}

TEST(Cover, of_a_site_has_its_files) {
  auto site = facts();
  site.settings.helper_mode = HelperMode::relay;
  site.settings.cover = link::Cover::site_h2;
  site.settings.tls_cert = "/nowhere/cert.pem";
  site.settings.site_root = "/nowhere";
  EXPECT_THAT(told(check_cover(site)),
              ElementsAre("problem cover_file_unreadable", "problem cover_no_index"));
}

TEST(Findings, have_a_sentence_each_and_say_what_to_do) {
  const Findings findings{{"ports", Level::ok, "port_free", {{"port", "1088"}, {"address", "::1"}}},
                          {"clock", Level::problem, "clock_behind", {{"by", "9 min"}}}};
  Page page(Terminal{});
  draw_findings(page, findings);
  EXPECT_EQ(
      page.text(),
      "[*] ok       ports    Port 1088 of ::1 is free.\n"
      "[x] problem  clock    This computer's clock is 9 min behind a relay's.\n"
      "                      -> Let it set its clock by the network (NTP). Relays take no clock that is 10 "
      "minutes off.\n\nProblems: 1. Warnings: 0.\n");
  EXPECT_EQ(
      boost::json::serialize(findings_json({findings[0]})),
      R"({"findings":[{"check":"ports","level":"ok","code":"port_free","words":{"address":"::1","port":"1088"},)"
      R"("text":"Port 1088 of ::1 is free.","todo":""}],"problems":0,"warnings":0})");
}

}  // namespace
}  // namespace qnet::cli
