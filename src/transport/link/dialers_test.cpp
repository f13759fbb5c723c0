#include "transport/link/dialers.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/link/error.hpp"

namespace qnet::link {
namespace {

net::Task<base::Result<Dialled>> dialled_in(std::chrono::microseconds round_trip) {
  Dialled dialled;
  dialled.round_trip = round_trip;
  co_return dialled;
}

RelayAddress behind(Cover cover) {
  RelayAddress relay;
  relay.host = "relay.example";
  relay.cover = cover;
  return relay;
}

class DialersTest : public ::testing::Test {
 protected:
  void add(Cover cover, int number) {
    dialers_.add(cover, [number, this](RelayAddress relay) {
      asked_ += relay.host;
      return dialled_in(std::chrono::microseconds(number));
    });
  }
  base::Result<Dialled> dial(Cover cover) { return net::testing::run(io_, dialers_.dial(behind(cover))); }

  boost::asio::io_context io_;
  Dialers dialers_;
  std::string asked_;
};

TEST_F(DialersTest, a_relay_is_dialled_by_the_transport_of_its_cover) {
  add(Cover::mirror, 1);
  add(Cover::site_h2, 2);
  EXPECT_EQ(dial(Cover::site_h2)->round_trip.count(), 2);
  EXPECT_EQ(dial(Cover::mirror)->round_trip.count(), 1);
  EXPECT_EQ(asked_, "relay.examplerelay.example");
}

TEST_F(DialersTest, a_cover_without_a_transport_is_an_error_that_names_it) {
  add(Cover::mirror, 1);
  const auto dialled = dial(Cover::site_websocket);
  ASSERT_FALSE(dialled);
  EXPECT_TRUE(dialled.error().is(Errc::no_transport));
  EXPECT_EQ(dialled.error().context(), "site-websocket");
  EXPECT_EQ(asked_, "");
}

class RestingDialersTest : public DialersTest {
 protected:
  /// One whose answers are told by `answer_`.
  void SetUp() override {
    dialers_.add(Cover::mirror, [this](const RelayAddress& relay) -> net::Task<base::Result<Dialled>> {
      asked_ += relay.host;
      co_return tl::unexpected(answer_);
    });
    dialers_.rest_where_not_recognised(random_);
  }
  base::Error dial_again() { return dial(Cover::mirror).error(); }

  base::testing::SeededRandom random_{3};
  base::Error answer_ = Errc::not_recognised;
};

TEST_F(RestingDialersTest, an_address_that_did_not_recognise_us_is_not_dialled_again_at_once) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(dial_again().is(Errc::not_recognised));
  EXPECT_EQ(asked_, "relay.example");
}

TEST_F(RestingDialersTest, an_address_that_failed_otherwise_is) {
  answer_ = Errc::handshake_timed_out;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(dial_again().is(Errc::handshake_timed_out));
  EXPECT_EQ(asked_, "relay.examplerelay.example");
}

TEST_F(RestingDialersTest, other_addresses_are_dialled_meanwhile) {
  (void)dial_again();
  auto other = behind(Cover::mirror);
  other.host = "other.example";
  (void)net::testing::run(io_, dialers_.dial(other));
  EXPECT_EQ(asked_, "relay.exampleother.example");
}

TEST_F(DialersTest, nothing_rests_unless_it_was_asked_for) {
  dialers_.add(Cover::mirror, [this](const RelayAddress& relay) -> net::Task<base::Result<Dialled>> {
    asked_ += relay.host;
    co_return base::fail(Errc::not_recognised);
  });
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(dial(Cover::mirror));
  EXPECT_EQ(asked_, "relay.examplerelay.example");
}

}  // namespace
}  // namespace qnet::link
