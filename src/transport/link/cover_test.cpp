#include "transport/link/cover.hpp"

#include <set>

#include <gtest/gtest.h>

namespace qnet::link {
namespace {

TEST(Cover, numbers_of_documents_are_those_that_this_program_knows) {
  EXPECT_EQ(cover_of_number(0), Cover::mirror);
  EXPECT_EQ(cover_of_number(3), Cover::site_websocket_unbound);
  for (const std::uint64_t number :
       {std::uint64_t{4}, std::uint64_t{0xf0}, std::uint64_t{256}, ~std::uint64_t{0}})
    EXPECT_EQ(cover_of_number(number), std::nullopt) << number;
}

TEST(Cover, each_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (std::uint64_t number = 0; number < 4; ++number) names.insert(name_of(*cover_of_number(number)));
  names.insert(name_of(Cover::first_private));
  EXPECT_EQ(names.size(), 5U);
}

}  // namespace
}  // namespace qnet::link
