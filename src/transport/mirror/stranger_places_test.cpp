#include "transport/mirror/stranger_places.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace qnet::mirror {
namespace {

TEST(StrangerPlaces, leaves_half_of_the_descriptors_and_a_quarter_of_the_connections) {
  EXPECT_EQ(places_for_strangers(1024), 256U);
  EXPECT_EQ(places_for_strangers(1 << 20), 6144U);
}

TEST(StrangerPlaces, gives_no_more_than_there_are) {
  StrangerPlaces places;
  std::vector<StrangerPlaces::Place> taken;
  while (auto place = places.take(3)) taken.push_back(std::move(*place));
  EXPECT_EQ(taken.size(), 3U);
}

TEST(StrangerPlaces, gives_a_place_again_that_was_left) {
  StrangerPlaces places;
  auto first = places.take(1);
  EXPECT_FALSE(places.take(1));
  first.reset();
  EXPECT_TRUE(places.take(1));
}

TEST(StrangerPlaces, takes_back_a_place_that_outlives_them) {
  auto places = std::make_unique<StrangerPlaces>();
  const auto place = places->take(1);
  places.reset();
  EXPECT_TRUE(place);
}

TEST(StrangerPlaces, gives_some_by_the_systems_limit) {
  StrangerPlaces places;
  EXPECT_TRUE(places.take());
}

}  // namespace
}  // namespace qnet::mirror
