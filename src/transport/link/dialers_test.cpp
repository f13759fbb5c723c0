#include "transport/link/dialers.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace qnet::link
