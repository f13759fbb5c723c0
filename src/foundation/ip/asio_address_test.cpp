#include "foundation/ip/asio_address.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace qnet::ip {
namespace {

using boost::asio::ip::make_address;
using boost::asio::ip::tcp;

TEST(AsioAddress, is_the_same_address_there_and_back) {
  for (const auto* text : {"192.0.2.1", "::", "2001:db8::1"}) {
    EXPECT_EQ(from_asio(make_address(text)).to_text(), text);
    EXPECT_EQ(to_asio(from_asio(make_address(text))), make_address(text));
  }
}

TEST(AsioAddress, an_ipv4_address_inside_ipv6_is_that_ipv4_address) {
  EXPECT_EQ(unmapped(make_address("::ffff:192.0.2.1")), make_address("192.0.2.1"));
  EXPECT_EQ(unmapped(make_address("2001:db8::1")), make_address("2001:db8::1"));
  EXPECT_EQ(unmapped(make_address("192.0.2.1")), make_address("192.0.2.1"));
}

TEST(AsioAddress, of_this_machine_is_not_limited_and_neither_is_a_connection_that_has_ended) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {make_address("127.0.0.1"), 0});
  tcp::socket client(io);
  client.connect(acceptor.local_endpoint());
  auto accepted = acceptor.accept();
  EXPECT_EQ(limited_remote_address(accepted), std::nullopt);
  accepted.close();
  EXPECT_EQ(limited_remote_address(accepted), std::nullopt);
}

}  // namespace
}  // namespace qnet::ip
