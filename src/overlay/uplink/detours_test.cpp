#include "overlay/uplink/detours.hpp"

#include <gtest/gtest.h>

#include "overlay/session/stream.hpp"
#include "overlay/uplink/testing/uplink_fixture.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

/// Dials are the fixture's: the test ends them.
class DetoursTest : public testing::UplinkFixture {
 protected:
  ~DetoursTest() override { detours_->stop(); }

  Request ask(const std::vector<std::string>& hosts, Detours::Purpose purpose = 0) {
    std::vector<link::RelayAddress> exits(hosts.size());
    for (std::size_t i = 0; i < hosts.size(); ++i) exits[i].host = hosts[i];
    auto answer = std::make_shared<Request::element_type>();
    boost::asio::co_spawn(
        io_,
        [detours = detours_, answer, exits, purpose]() -> net::Task<void> {
          answer->emplace(co_await detours->session(exits, purpose));
        },
        boost::asio::detached);
    run();
    return answer;
  }
  [[nodiscard]] static bool is(const Request& request, const testing::WiredSession& wired) {
    return *request && **request && ***request == wired.session;
  }
  [[nodiscard]] static bool has_failed(const Request& request, Errc code) {
    return *request && !**request && (*request)->error().is(code);
  }

  std::shared_ptr<Detours> detours_ = std::make_shared<Detours>(io_.get_executor(), hooks().dial);
};

TEST_F(DetoursTest, nobody_is_dialled_before_a_request) {
  run();
  EXPECT_TRUE(dials_.empty());
  EXPECT_TRUE(detours_->open().empty());
}

TEST_F(DetoursTest, the_first_exit_that_answers_serves_all_requests_that_it_may_serve) {
  const auto first = ask({"a", "b"});
  const auto second = ask({"a", "b"});
  const auto& wired = succeed("a");
  EXPECT_TRUE(is(first, wired));
  EXPECT_TRUE(is(second, wired));
  EXPECT_TRUE(is(ask({"b", "a"}), wired));
  EXPECT_EQ(dials_.size(), 1U);
  ASSERT_EQ(detours_->open().size(), 1U);
  EXPECT_EQ(detours_->open().front().address.host, "a");
  EXPECT_EQ(detours_->open().front().round_trip, 42ms);
}

TEST_F(DetoursTest, a_session_for_a_rare_port_serves_no_other_request_before_its_turn) {
  const auto rare = ask({"attackers"}, 50'000);
  const auto& wired = succeed("attackers");
  EXPECT_TRUE(is(rare, wired));
  EXPECT_FALSE(detours_->open().front().for_any);
  const auto other = ask({"a", "attackers"});
  const auto& a = succeed("a");
  EXPECT_TRUE(is(other, a));
  EXPECT_TRUE(is(ask({"a", "attackers"}, 50'000), wired));
  // By lot it is the next: it is not dialled again.
  EXPECT_TRUE(is(ask({"attackers"}), wired));
  EXPECT_EQ(dials_.size(), 2U);
}

TEST_F(DetoursTest, sessions_for_rare_ports_make_room_for_others) {
  for (const auto port : {Detours::Purpose{50'000}, Detours::Purpose{50'001}}) {
    const auto host = std::to_string(port);
    (void)ask({host}, port);
    (void)succeed(host);
  }
  const auto other = ask({"a", "50000", "50001"});
  EXPECT_TRUE(is(other, succeed("a")));
}

TEST_F(DetoursTest, one_that_fails_is_followed_by_the_next_and_not_dialled_again_soon) {
  const auto request = ask({"a", "b"});
  fail("a");
  EXPECT_TRUE(is(request, succeed("b")));
  EXPECT_TRUE(has_failed(ask({"a"}), Errc::no_exit));
  EXPECT_EQ(dials_.size(), 2U);
}

TEST_F(DetoursTest, a_request_fails_when_all_have_failed) {
  const auto request = ask({"a", "b"});
  fail("a");
  EXPECT_FALSE(*request);
  fail("b");
  EXPECT_TRUE(has_failed(request, Errc::no_exit));
  EXPECT_TRUE(has_failed(ask({}), Errc::no_exit));
}

TEST_F(DetoursTest, one_that_answers_late_is_followed_by_the_next_beside_it) {
  const auto request = ask({"a", "b"});
  ASSERT_TRUE(becomes_true([&] { return dials_.size() == 2; }));
  EXPECT_EQ(dials_.back()->host, "b");
  EXPECT_TRUE(is(request, succeed("a")));
}

TEST_F(DetoursTest, no_more_sessions_than_allowed_are_made_at_once) {
  const auto a = ask({"a"});
  const auto b = ask({"b"});
  const auto c = ask({"c"});
  EXPECT_EQ(dials_.size(), UplinkLimits::detours);
  EXPECT_FALSE(*c);
  fail("a");
  EXPECT_TRUE(has_failed(a, Errc::no_exit));
  EXPECT_TRUE(is(c, succeed("c")));
  EXPECT_TRUE(is(b, succeed("b")));
}

TEST_F(DetoursTest, a_session_that_does_not_help_gives_its_place_up_and_its_streams_may_end) {
  (void)ask({"a"});
  auto& a = succeed("a");
  const auto stream = a.session->open("/test/1", {});
  (void)ask({"b"});
  (void)succeed("b");
  const auto c = ask({"c"});
  const auto& wired = succeed("c");
  EXPECT_TRUE(is(c, wired));
  EXPECT_EQ(detours_->open().size(), UplinkLimits::detours);
  EXPECT_TRUE(a.session->alive());
  EXPECT_FALSE(a.session->usable());
}

TEST_F(DetoursTest, a_session_that_ends_at_once_has_failed) {
  (void)ask({"a"});
  succeed("a").cut();
  ASSERT_TRUE(becomes_true([&] { return detours_->open().empty(); }));
  EXPECT_TRUE(has_failed(ask({"a"}), Errc::no_exit));
}

TEST_F(DetoursTest, requests_are_answered_when_it_stops) {
  const auto request = ask({"a"});
  detours_->stop();
  run();
  EXPECT_TRUE(has_failed(request, Errc::stopped));
  EXPECT_TRUE(has_failed(ask({"b"}), Errc::stopped));
  const auto& late = succeed("a");
  EXPECT_FALSE(late.session->usable());
}

}  // namespace
}  // namespace qnet::uplink
