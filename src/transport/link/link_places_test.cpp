#include "transport/link/link_places.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "transport/link/listener.hpp"

namespace qnet::link {
namespace {

using Address = std::optional<boost::asio::ip::address>;
using Places = std::vector<std::shared_ptr<const LinkPlaces::Place>>;

Address at(const char* text) { return boost::asio::ip::make_address(text); }

/// Takes as many as there is room for.
Places fill(LinkPlaces& places, const Address& from) {
  Places taken;
  while (places.has_room(from)) taken.push_back(places.take(from));
  return taken;
}

TEST(LinkPlaces, leave_half_of_all_to_others_than_one_address) {
  LinkPlaces places(16);
  EXPECT_EQ(fill(places, at("192.0.2.1")).size(), 8U);
}

TEST(LinkPlaces, give_an_address_a_quarter_when_half_are_taken) {
  LinkPlaces places(16);
  const auto first = fill(places, at("192.0.2.1"));
  const auto second = fill(places, at("192.0.2.2"));
  EXPECT_EQ(second.size(), 4U);
  const auto third = fill(places, at("192.0.2.3"));
  EXPECT_EQ(third.size(), 4U);
  EXPECT_FALSE(places.has_room(at("192.0.2.4"))) << "all are taken";
}

TEST(LinkPlaces, count_a_network_of_ipv6_as_one_party) {
  LinkPlaces places(16);
  const auto first = fill(places, at("2001:db8::1"));
  EXPECT_FALSE(places.has_room(at("2001:db8::ffff:2")));
  EXPECT_TRUE(places.has_room(at("2001:db8:0:1::1")));
}

TEST(LinkPlaces, are_no_partys_where_the_address_is_not_known) {
  LinkPlaces places(16);
  EXPECT_EQ(fill(places, std::nullopt).size(), 16U);
}

TEST(LinkPlaces, come_back_and_may_outlive_what_they_came_from) {
  auto places = std::make_unique<LinkPlaces>(4);
  auto taken = fill(*places, at("192.0.2.1"));
  taken.clear();
  EXPECT_EQ(fill(*places, at("192.0.2.1")).size(), 2U);
  const auto last = places->take(at("192.0.2.1"));
  places.reset();
}

TEST(LinkPlaces, are_taken_of_the_process_by_the_links_of_every_listener) {
  const auto one = std::make_shared<Counters>();
  const auto other = std::make_shared<Counters>();
  std::vector<std::shared_ptr<const void>> links;
  while (LinkPlaces::of_process().has_room(at("192.0.2.1"))) {
    links.push_back(counted_link(links.size() % 2 == 0 ? one : other, at("192.0.2.1")));
    ASSERT_LE(links.size(), ListenerLimits::links);
  }
  EXPECT_EQ(static_cast<std::size_t>(one->links_open + other->links_open), links.size());
  links.clear();
  EXPECT_TRUE(LinkPlaces::of_process().has_room(at("192.0.2.1")));
  EXPECT_EQ(one->links_open, 0);
}

}  // namespace
}  // namespace qnet::link
