#include "network/discovery/reachable_interface.hpp"

#include <gtest/gtest.h>

namespace qnet::discovery {
namespace {

using boost::asio::ip::make_address;

const auto kAll4 = make_address("0.0.0.0");
const auto kAll6 = make_address("::");

std::vector<ip::IpAddress> addresses(const std::vector<std::string>& texts) {
  std::vector<ip::IpAddress> all;
  for (const auto& text : texts) all.push_back(ip::IpAddress::parse(text).value());
  return all;
}

TEST(BestAddress, is_public_and_of_IPv4_where_both_families_are) {
  const auto own = addresses({"127.0.0.1", "2a00:1450::1", "192.168.1.2", "8.8.8.8"});
  EXPECT_EQ(best_address(own, kAll6, true), "8.8.8.8");
}

TEST(BestAddress, is_one_that_the_socket_hears) {
  const auto own = addresses({"8.8.8.8", "8.8.4.4", "2a00:1450::1"});
  EXPECT_EQ(best_address(own, make_address("8.8.8.8"), false), "8.8.8.8");
  EXPECT_EQ(best_address(own, make_address("2a00:1450::1"), false), "2a00:1450::1");
  EXPECT_EQ(best_address(addresses({"2a00:1450::1"}), kAll4, true), std::nullopt);
  EXPECT_EQ(best_address(addresses({"8.8.8.8"}), kAll6, false), "8.8.8.8");
}

TEST(BestAddress, is_a_private_one_only_when_those_are_wanted) {
  const auto own = addresses({"127.0.0.1", "192.168.1.2"});
  EXPECT_EQ(best_address(own, kAll4, false), std::nullopt);
  EXPECT_EQ(best_address(own, kAll4, true), "192.168.1.2");
}

TEST(BestAddress, is_never_loopback_or_link_local) {
  EXPECT_EQ(best_address(addresses({"127.0.0.1", "::1", "fe80::1"}), kAll6, true), std::nullopt);
}

}  // namespace
}  // namespace qnet::discovery
