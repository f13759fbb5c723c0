#include "control/port_owner.hpp"

#include <unistd.h>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

namespace qnet::control {
namespace {

using boost::asio::ip::make_address;
using tcp = boost::asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As Linux on a little-endian machine prints it.
constexpr std::string_view kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1F98 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 "
    "0 0 10 0\n"
    "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 "
    "0 0 10 0\n"
    "   2: 0100007F:1F98 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0 20 4 "
    "30 10 -1\n"
    "   3: 0200007F:1F98 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 444 1 0 100 "
    "0 0 10 0\n"
    "   4: 00000000000000000000000001000000:1F98 00000000000000000000000000000000:0000 0A 00000000:00000000 "
    "00:00000000 00000000     0        0 555 1 0 100 0 0 10 0\n";

std::vector<std::uint64_t> inodes(const char* address, std::uint16_t port) {
  return listening_inodes(kTable, {make_address(address), port});
}

TEST(PortOwner, finds_the_listening_socket_of_an_address_in_the_kernels_table) {
  if constexpr (std::endian::native != std::endian::little)
    GTEST_SKIP() << "the table is a little-endian machine's";
  EXPECT_THAT(inodes("127.0.0.1", 8088), ElementsAre(111));
  EXPECT_THAT(inodes("::1", 8088), ElementsAre(555));
  EXPECT_THAT(inodes("127.0.0.1", 80), ElementsAre(222));            // taken by all addresses
  EXPECT_THAT(inodes("0.0.0.0", 8088), ElementsAre(111, 444, 555));  // all addresses are wanted
  EXPECT_THAT(inodes("127.0.0.1", 8089), IsEmpty());
}

TEST(PortOwner, makes_nothing_of_a_table_that_it_does_not_understand) {
  EXPECT_THAT(listening_inodes("", {}), IsEmpty());
  EXPECT_THAT(
      listening_inodes("a b c 0A e f g h i j\n 0: xyz:1 0:0 0A 0 0 0 0 0 7\n 1: 0100007F 0 0A 0 0 0 0 0 7\n",
                       {make_address("127.0.0.1"), 1}),
      IsEmpty());
}

TEST(PortOwner, names_this_process_for_a_port_that_it_holds) {
  boost::asio::io_context io;
  for (const auto* address : {"127.0.0.1", "0.0.0.0"}) {
    const tcp::acceptor acceptor(io, {make_address(address), 0});
    const auto owner = port_owner({make_address("127.0.0.1"), acceptor.local_endpoint().port()});
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->process, ::getpid());
    EXPECT_EQ(owner->program, "control_io_test");
    EXPECT_EQ(to_text(*owner), "control_io_test (pid " + std::to_string(::getpid()) + ")");
  }
}

TEST(PortOwner, names_nobody_for_a_free_port) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {make_address("127.0.0.1"), 0});
  const auto at = acceptor.local_endpoint();
  acceptor.close();
  EXPECT_FALSE(port_owner(at));
}

}  // namespace
}  // namespace qnet::control
