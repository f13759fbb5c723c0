#include "transport/link/visitor_places.hpp"

#include <deque>
#include <thread>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include "transport/link/link_places.hpp"

namespace qnet::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Address = std::optional<boost::asio::ip::address>;

Address at(const char* text) { return boost::asio::ip::make_address(text); }

/// 14 of 16 places can be taken, and 4 of handshakes.
class VisitorPlacesTest : public ::testing::Test {
 protected:
  /// Its number is its place in the order of those that came.
  std::size_t come(const Address& from = std::nullopt) {
    const auto number = visitors.size();
    visitors.push_back(places.take(io.get_executor(), from));
    visitors.back()->on_leave([this, number](VisitorPlaces::Leave how) {
      left.push_back(number);
      ways.push_back(how);
    });
    return number;
  }
  void come(std::size_t many, const Address& from = std::nullopt) {
    while (many-- > 0) come(from);
  }
  /// Who was asked to leave until now.
  const std::vector<std::size_t>& asked() {
    io.restart();
    io.run();
    return left;
  }
  /// A step of the clock goes by, so that what moves now has moved later than all before.
  static void step() { std::this_thread::sleep_for(VisitorPlaces::step); }

  boost::asio::io_context io{1};
  VisitorPlaces places{[] { return VisitorLimits{16, 4}; }};
  std::deque<std::shared_ptr<VisitorPlaces::Place>> visitors;
  std::vector<std::size_t> left;
  std::vector<VisitorPlaces::Leave> ways;
};

TEST_F(VisitorPlacesTest, leave_half_of_the_descriptors_to_others) {
  EXPECT_EQ(VisitorLimits::of(1024).unknown, 256U);
  EXPECT_EQ(VisitorLimits::of(1024).recognised, 64U);
  EXPECT_EQ(VisitorLimits::of(1 << 20).unknown, 6144U);
  EXPECT_EQ(VisitorLimits::of(1 << 20).recognised, 2048U);
}

TEST_F(VisitorPlacesTest, are_made_free_by_those_that_came_first_when_nobody_has_moved) {
  come(14);
  EXPECT_THAT(asked(), IsEmpty());
  come(2);
  EXPECT_THAT(asked(), ElementsAre(0, 1));
}

TEST_F(VisitorPlacesTest, are_made_free_by_the_visitor_that_has_been_quiet_longest) {
  come(14);
  step();
  for (std::size_t n = 0; n < 14; ++n)
    if (n != 5 && n != 9) visitors[n]->moved();
  come(2);
  EXPECT_THAT(asked(), ElementsAre(5, 9));
  come(1);
  EXPECT_THAT(asked(), ElementsAre(5, 9, 0)) << "all others have moved since";
}

TEST_F(VisitorPlacesTest, are_not_made_free_by_a_busy_visitor_when_many_come_within_a_step) {
  come(14);
  step();
  visitors[0]->moved();
  come(13);
  EXPECT_THAT(asked(), ::testing::Not(::testing::Contains(0)));
}

TEST_F(VisitorPlacesTest, are_given_again_when_somebody_has_gone) {
  come(14);
  visitors[3].reset();
  come(1);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(VisitorPlacesTest, are_not_given_while_as_many_leave_as_may) {
  come(16);
  EXPECT_FALSE(places.has_room());
  EXPECT_THAT(asked(), ElementsAre(0, 1));
  EXPECT_FALSE(places.has_room()) << "until they have gone";
  visitors[0].reset();
  EXPECT_TRUE(places.has_room());
}

TEST_F(VisitorPlacesTest, are_left_gently_by_few_and_at_once_by_more) {
  come(16);
  (void)asked();
  EXPECT_THAT(ways, ElementsAre(VisitorPlaces::Leave::gently, VisitorPlaces::Leave::at_once));
}

TEST_F(VisitorPlacesTest, tell_a_visitor_who_says_late_how_it_leaves) {
  come(13);
  const auto late = places.take(io.get_executor(), std::nullopt);
  step();
  for (const auto& visitor : visitors) visitor->moved();
  come(1);
  EXPECT_THAT(asked(), IsEmpty());
  bool told = false;
  late->on_leave([&](VisitorPlaces::Leave) { told = true; });
  EXPECT_TRUE(told);
}

TEST_F(VisitorPlacesTest, ask_nobody_who_has_gone_since) {
  come(14);
  come(1);
  visitors[0].reset();
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(VisitorPlacesTest, are_shared_by_addresses_once_they_become_few) {
  come(7, at("192.0.2.1"));
  come(1, at("192.0.2.2"));
  EXPECT_THAT(asked(), IsEmpty());
  come(1, at("192.0.2.1"));
  EXPECT_THAT(asked(), ElementsAre(0)) << "of the same address";
  come(1, at("192.0.2.2"));
  EXPECT_THAT(asked(), ElementsAre(0)) << "two of its quarter";
}

TEST_F(VisitorPlacesTest, of_one_address_are_made_free_by_its_own_quietest) {
  come(2, at("192.0.2.2"));
  come(5, at("2001:db8::1"));
  step();
  visitors[2]->moved();
  come(1, at("2001:db8::2"));
  EXPECT_THAT(asked(), ElementsAre(3)) << "a /64 is one party";
}

TEST_F(VisitorPlacesTest, of_handshakes_are_counted_apart) {
  for (int n = 0; n < 3; ++n) visitors[come()]->recognised();
  come(14);
  EXPECT_THAT(asked(), IsEmpty()) << "handshakes do not make room for strangers";
  visitors[come()]->recognised();
  EXPECT_THAT(asked(), ElementsAre(3)) << "nor before it was known for one";
  visitors[4]->recognised();
  EXPECT_THAT(asked(), ElementsAre(3, 0)) << "but for another handshake";
}

TEST_F(VisitorPlacesTest, are_not_taken_by_links) {
  const auto counters = std::make_shared<Counters>();
  auto link = counted_link(counters, std::nullopt, visitors[come()].get());
  come(14);
  EXPECT_THAT(asked(), IsEmpty());
  link.reset();
  EXPECT_THAT(asked(), ElementsAre(1)) << "its connection is still there, and takes a place again";
  link = visitors[2]->become_link();
  visitors[2].reset();
  link.reset();
  come(1);
  EXPECT_THAT(asked(), ElementsAre(1)) << "it has gone with its link";
}

TEST_F(VisitorPlacesTest, may_be_outlived_by_a_visitor) {
  auto others = std::make_unique<VisitorPlaces>([] { return VisitorLimits{16, 4}; });
  const auto place = others->take(io.get_executor(), at("192.0.2.1"));
  others.reset();
  place->recognised();
}

TEST_F(VisitorPlacesTest, are_shared_by_the_threads_of_all_cores) {
  std::vector<std::thread> threads;
  std::atomic<int> told{0};
  for (int core = 0; core < 4; ++core)
    threads.emplace_back([&] {
      boost::asio::io_context own{1};
      std::deque<std::shared_ptr<VisitorPlaces::Place>> mine;
      for (int n = 0; n < 2000; ++n) {
        mine.push_back(places.take(own.get_executor(), std::nullopt));
        mine.back()->on_leave([&](VisitorPlaces::Leave) { ++told; });
        if (n % 3 == 0) mine.front()->moved();
        if (n % 7 == 0) mine.back()->recognised();
        if (mine.size() > 6) mine.pop_front();
        own.restart();
        own.poll();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_GT(told, 0);
  come(14);
  EXPECT_THAT(asked(), IsEmpty()) << "all places came back";
}

TEST(VisitorPlaces, of_the_process_follow_the_systems_limit) {
  boost::asio::io_context io{1};
  EXPECT_TRUE(VisitorPlaces::of_process().has_room());
  EXPECT_TRUE(VisitorPlaces::of_process().take(io.get_executor(), std::nullopt));
}

}  // namespace
}  // namespace qnet::link
