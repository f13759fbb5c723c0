#include "edge/exit/connection_limit.hpp"

#include <gmock/gmock.h>

#include <array>
#include <vector>

#include "foundation/ip/asio_address.hpp"

namespace qnet::exit {
namespace {

using ::testing::HasSubstr;

class ConnectionLimitTest : public ::testing::Test {
 protected:
  /// How many places `holder` gets more, as long as it asks.
  std::size_t takes_all_for(Holder holder) {
    for (std::size_t count = 0;; ++count) {
      auto permit = limit.acquire(holder);
      if (!permit) return count;
      held.push_back(std::move(*permit));
    }
  }
  static Holder client(std::uint32_t number) {
    return Holder(ip::client_prefix(ip::from_asio(boost::asio::ip::address_v4(number))));
  }

  ConnectionLimit limit{60};
  std::vector<ConnectionLimit::Permit> held;
};

TEST_F(ConnectionLimitTest, one_client_alone_gets_half_of_the_places) {
  EXPECT_EQ(takes_all_for(client(1)), 30U);
  EXPECT_EQ(limit.open(), 30U);
}

TEST_F(ConnectionLimitTest, who_comes_later_finds_half_of_what_the_others_have_left) {
  EXPECT_EQ(takes_all_for(client(1)), 30U);
  EXPECT_EQ(takes_all_for(client(2)), 15U);
  EXPECT_EQ(takes_all_for(client(3)), 8U);
  EXPECT_EQ(takes_all_for(client(1)), 0U);
}

TEST_F(ConnectionLimitTest, two_that_come_at_the_same_time_get_a_third_each) {
  for (int i = 0; i < 60; ++i) {
    for (const auto number : {1U, 2U})
      if (auto permit = limit.acquire(client(number))) held.push_back(std::move(*permit));
  }
  EXPECT_EQ(limit.open(), 40U);
}

TEST_F(ConnectionLimitTest, a_session_is_another_than_a_client_and_than_other_sessions) {
  const int one = 0;
  const int other = 0;
  EXPECT_EQ(takes_all_for(Holder(&one)), 30U);
  EXPECT_EQ(takes_all_for(Holder(&other)), 15U);
  EXPECT_EQ(takes_all_for(client(1)), 8U);
}

TEST_F(ConnectionLimitTest, the_circuits_over_one_relay_have_three_quarters_together_and_one_of_them_half) {
  const std::array<int, 10> circuits{};
  EXPECT_EQ(takes_all_for({&circuits[0], 1}), 30U);
  std::size_t others = 0;
  for (std::size_t n = 1; n < circuits.size(); ++n) others += takes_all_for({&circuits[n], 1});
  EXPECT_EQ(others, 15U) << "and not all but a few of the places";
  // Who comes another way finds as many as if that relay's were one.
  EXPECT_EQ(takes_all_for(client(1)), 8U);
  EXPECT_EQ(takes_all_for({&circuits[9], 2}), 4U);
  held.clear();
  EXPECT_EQ(takes_all_for({&circuits[1], 1}), 30U);
}

TEST_F(ConnectionLimitTest, a_circuit_over_one_relay_is_none_over_another) {
  const int circuit = 0;
  EXPECT_EQ(takes_all_for({&circuit, 1}), 30U);
  EXPECT_EQ(takes_all_for({&circuit, 2}), 15U);
}

TEST_F(ConnectionLimitTest, nobody_in_particular_has_no_share_but_the_limit_of_all) {
  EXPECT_EQ(takes_all_for({}), 60U);
  const auto refused = limit.acquire(client(1));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("all its connections are in use"));
}

TEST_F(ConnectionLimitTest, a_refusal_for_the_share_says_so) {
  EXPECT_EQ(takes_all_for(client(1)), 30U);
  const auto refused = limit.acquire(client(1));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::limit_reached));
  EXPECT_THAT(refused.error().message(), HasSubstr("its share"));
}

TEST_F(ConnectionLimitTest, a_place_that_is_given_back_can_be_taken_again) {
  EXPECT_EQ(takes_all_for(client(1)), 30U);
  held.clear();
  EXPECT_EQ(limit.open(), 0U);
  EXPECT_EQ(takes_all_for(client(1)), 30U);
}

TEST_F(ConnectionLimitTest, the_only_place_can_be_anybodys) {
  limit = ConnectionLimit(1);
  EXPECT_EQ(takes_all_for(client(1)), 1U);
}

}  // namespace
}  // namespace qnet::exit
