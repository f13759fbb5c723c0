#include "network/directory_server/country_database.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "network/directory/error.hpp"

namespace qnet::directory {
namespace {

const std::string kDatabase = TEST_VECTORS "/maxmind/documentation-networks.mmdb";

std::optional<std::string> country_of(const char* address) {
  const auto database = CountryDatabase::open(kDatabase);
  EXPECT_TRUE(database) << database.error().message();
  return database->country_of(*ip::IpAddress::parse(address));
}

TEST(CountryDatabase, knows_where_an_address_is) {
  EXPECT_EQ(country_of("192.0.2.77"), "SE");
  EXPECT_EQ(country_of("198.51.100.1"), "DE");
  EXPECT_EQ(country_of("2001:db8:1::5"), "JP");
}

TEST(CountryDatabase, says_nothing_of_what_it_has_not) {
  EXPECT_FALSE(country_of("203.0.113.1"));
  EXPECT_FALSE(country_of("2001:db8:2::1"));
}

TEST(CountryDatabase, refuses_what_is_no_database) {
  const auto file = std::filesystem::temp_directory_path() / "qnet-no-database";
  std::ofstream(file) << "no database";
  const auto opened = CountryDatabase::open(file);
  std::filesystem::remove(file);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::bad_database));
  EXPECT_NE(opened.error().message().find("qnet-no-database"), std::string::npos);
  EXPECT_FALSE(CountryDatabase::open(file));
}

}  // namespace
}  // namespace qnet::directory
