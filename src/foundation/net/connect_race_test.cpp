#include "foundation/net/connect_race.hpp"

#include <gmock/gmock.h>

#include "foundation/net/testing/run.hpp"
#include "foundation/net/testing/silent_port.hpp"

namespace qnet::net {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class ConnectRace : public ::testing::Test {
 protected:
  base::Result<Reached> race(std::vector<tcp::endpoint> endpoints, RaceTiming timing) {
    return testing::run(io, connect_race(std::move(endpoints), timing));
  }

  boost::asio::io_context io{1};
  tcp::acceptor good{io, tcp::endpoint{make_address("127.0.0.1"), 0}};
  tcp::socket refuser{io};
  /// A port that is taken, so that nobody else listens there, and does not listen.
  tcp::endpoint refusing = [this] {
    refuser.open(tcp::v4());
    refuser.bind({make_address("127.0.0.1"), 0});
    return refuser.local_endpoint();
  }();
};

TEST_F(ConnectRace, comes_from_the_address_that_was_chosen) {
  const SourceAddresses from{.v4 = make_address("127.0.0.7")};
  const auto reached = testing::run(io, connect_race({good.local_endpoint()}, {.deadline = 1h}, from));
  ASSERT_TRUE(reached) << reached.error().message();
  EXPECT_EQ(reached->socket.local_endpoint().address(), make_address("127.0.0.7"));
}

TEST_F(ConnectRace, from_an_address_that_this_machine_does_not_have_nothing_is_reached) {
  const SourceAddresses from{.v4 = make_address("192.0.2.7")};
  const auto reached = testing::run(io, connect_race({good.local_endpoint()}, {.deadline = 1h}, from));
  ASSERT_FALSE(reached);
  EXPECT_TRUE(reached.error().is(Errc::address_unavailable)) << reached.error().message();
}

TEST_F(ConnectRace, a_family_without_an_address_is_not_served_where_the_other_has_one) {
  const SourceAddresses from{.v4 = make_address("127.0.0.7")};
  EXPECT_TRUE(from.serve(make_address("127.0.0.1")));
  EXPECT_FALSE(from.serve(make_address("::1")));
  EXPECT_TRUE(SourceAddresses{}.serve(make_address("::1")));
}

TEST_F(ConnectRace, leaves_an_address_that_is_silent_for_one_that_answers) {
  const testing::SilentPort silent(io);
  const auto reached = race({silent.endpoint(), good.local_endpoint()}, {.stagger = 5ms, .deadline = 1h});
  ASSERT_TRUE(reached) << reached.error().message();
  EXPECT_EQ(reached->remote, good.local_endpoint());
}

TEST_F(ConnectRace, leaves_an_address_that_refuses_at_once) {
  const auto reached = race({refusing, good.local_endpoint()}, {.stagger = 1h, .deadline = 2h});
  ASSERT_TRUE(reached) << reached.error().message();
  EXPECT_EQ(reached->remote, good.local_endpoint());
}

TEST_F(ConnectRace, tells_the_error_of_the_attempt_that_got_furthest) {
  const tcp::endpoint nowhere{make_address("224.0.0.1"), 443};  // TCP has no way to a multicast group
  const auto reached = race({refusing, nowhere}, {.stagger = 1ms, .deadline = 1h});
  ASSERT_FALSE(reached);
  EXPECT_TRUE(reached.error().is(Errc::refused)) << reached.error().message();
  EXPECT_EQ(reached.error().context(), to_text(refusing));
}

TEST_F(ConnectRace, ends_at_its_deadline) {
  const testing::SilentPort silent(io);
  const auto reached = race({silent.endpoint()}, {.stagger = 1ms, .deadline = 20ms});
  ASSERT_FALSE(reached);
  EXPECT_TRUE(reached.error().is(Errc::timed_out)) << reached.error().message();
}

TEST_F(ConnectRace, of_no_address_fails) {
  EXPECT_TRUE(race({}, {.deadline = 1h}).error().is(Errc::no_such_host));
}

TEST(InTurns, lets_the_families_take_turns) {
  const tcp::endpoint six1{make_address("2001:db8::1"), 443};
  const tcp::endpoint six2{make_address("2001:db8::2"), 443};
  const tcp::endpoint four1{make_address("192.0.2.1"), 443};
  const tcp::endpoint four2{make_address("192.0.2.2"), 443};
  EXPECT_THAT(in_turns({six1, six2, four1, four2}), ElementsAre(six1, four1, six2, four2));
  EXPECT_THAT(in_turns({four1, six1, six2}), ElementsAre(four1, six1, six2));
  EXPECT_THAT(in_turns({}), IsEmpty());
}

TEST(InTurns, takes_four_of_each_family) {
  std::vector<tcp::endpoint> many;
  for (std::uint16_t port = 1; port <= 9; ++port) {
    many.emplace_back(make_address("2001:db8::1"), port);
    many.emplace_back(make_address("192.0.2.1"), port);
  }
  const auto turns = in_turns(many);
  ASSERT_THAT(turns, SizeIs(8));
  EXPECT_EQ(turns.back().port(), 4);
}

}  // namespace
}  // namespace qnet::net
