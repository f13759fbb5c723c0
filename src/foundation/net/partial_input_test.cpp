#include "foundation/net/partial_input.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/memory_stream.hpp"

namespace qnet::net {
namespace {

class PartialInputTest : public ::testing::Test {
 protected:
  /// All that there is once `text` has come.
  std::string after(std::string text, std::size_t most = kScratchSize) {
    stream_.incoming += text;
    const auto got = input_.read(stream_, most);
    return got ? std::string(base::text_of(input_.with(*got))) : got.error().message();
  }
  boost::asio::io_context io_;
  testing::MemoryStream stream_{io_.get_executor()};
  PartialInput input_;
};

TEST_F(PartialInputTest, stands_in_front_of_what_comes_next) {
  EXPECT_EQ(after("one tw"), "one tw");
  input_.keep(base::bytes_of("tw"));
  EXPECT_EQ(after("o three"), "two three");
  input_.keep({});
  EXPECT_TRUE(input_.empty());
  EXPECT_EQ(after("four"), "four");
}

TEST_F(PartialInputTest, reads_no_more_than_is_wanted_at_once) {
  input_.keep(base::bytes_of("a"));
  EXPECT_EQ(after("bcdef", 2), "abc");
}

TEST_F(PartialInputTest, is_kept_where_nothing_comes) {
  input_.keep(base::bytes_of("abc"));
  const auto got = input_.read(stream_);
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(Errc::would_block));
  EXPECT_EQ(input_.size(), 3U);
  EXPECT_EQ(after("d"), "abcd");
}

}  // namespace
}  // namespace qnet::net
