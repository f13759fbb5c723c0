#include "foundation/net/error.hpp"

#include <set>

#include <gtest/gtest.h>
#include <boost/asio/error.hpp>

namespace qnet::net {
namespace {

namespace error = boost::asio::error;

struct Row {
  boost::system::error_code system;
  Errc ours;
};

TEST(NetErrors, tell_apart_what_the_system_tells_apart) {
  const auto posix = [](int number) {
    return boost::system::error_code(number, boost::system::system_category());
  };
  const Row rows[] = {
      {error::eof, Errc::closed},
      {error::operation_aborted, Errc::closed},
      {error::bad_descriptor, Errc::closed},
      {error::host_not_found, Errc::no_such_host},
      {error::host_not_found_try_again, Errc::no_such_host},
      {error::no_data, Errc::no_such_host},
      {error::would_block, Errc::would_block},
      {posix(EAGAIN), Errc::would_block},
      {error::connection_refused, Errc::refused},
      {error::host_unreachable, Errc::host_unreachable},
      {error::network_unreachable, Errc::network_unreachable},
      {error::timed_out, Errc::timed_out},
      {error::connection_reset, Errc::reset},
      {error::connection_aborted, Errc::reset},
      {error::broken_pipe, Errc::reset},
      {error::address_in_use, Errc::address_in_use},
      {posix(EADDRNOTAVAIL), Errc::address_unavailable},
      {error::access_denied, Errc::not_permitted},
      {posix(EPERM), Errc::not_permitted},
      {error::no_descriptors, Errc::failed},
  };
  for (const auto& row : rows)
    EXPECT_TRUE(from_system(row.system).is(row.ours))
        << row.system.message() << " became " << from_system(row.system).message();
}

TEST(NetErrors, keep_what_was_being_done) {
  EXPECT_EQ(from_system(error::connection_refused, "192.0.2.7:443").message(),
            "the connection was refused: 192.0.2.7:443");
}

TEST(NetErrors, of_no_known_kind_keep_the_systems_text) {
  EXPECT_EQ(from_system(error::no_descriptors).message(), "the connection failed: Too many open files");
  EXPECT_EQ(from_system(error::no_descriptors, "192.0.2.7:443").message(),
            "the connection failed: 192.0.2.7:443");
}

TEST(NetErrors, each_have_a_text_of_their_own) {
  std::set<std::string_view> texts;
  for (int code = static_cast<int>(Errc::would_block); code <= static_cast<int>(Errc::failed); ++code)
    texts.insert(describe(static_cast<Errc>(code)));
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(Errc::failed));
  EXPECT_FALSE(texts.contains(describe(static_cast<Errc>(0))));
}

}  // namespace
}  // namespace qnet::net
