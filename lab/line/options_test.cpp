#include "line/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "line/units.hpp"

namespace qnet::line {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::HasSubstr;

base::Result<Options> parse(std::vector<std::string> more) {
  std::vector<std::string> arguments{"--near", "a", "--far", "b"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return parse_options(arguments);
}

std::string error_of(std::vector<std::string> more) {
  const auto options = parse(std::move(more));
  return options ? "no error" : options.error().message();
}

TEST(Options, both_directions_take_what_is_said_without_one) {
  const auto options = parse({"--delay", "75ms", "--jitter", "300us", "--loss", "0.5%", "--burst", "3",
                              "--rate", "100mbit", "--queue", "256kB", "--reorder", "--seed", "9"});
  ASSERT_TRUE(options) << options.error().message();
  for (const auto& way : {options->up, options->down}) {
    EXPECT_EQ(way.delay, milliseconds(75));
    EXPECT_EQ(way.jitter, microseconds(300));
    EXPECT_DOUBLE_EQ(way.loss, 0.005);
    EXPECT_EQ(way.burst, 3);
    EXPECT_EQ(way.bits_per_second, 100'000'000);
    EXPECT_EQ(way.queue_bytes, 256'000);
    EXPECT_TRUE(way.reorder);
  }
  EXPECT_EQ(options->seed, 9);
  EXPECT_EQ(options->near, "a");
  EXPECT_EQ(options->far, "b");
}

TEST(Options, one_directions_word_wins_whatever_the_order) {
  const auto options = parse({"--up-rate", "32kB", "--rate", "250kB", "--down-queue", "1s", "--up-reorder"});
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->up.bits_per_second, 256'000);
  EXPECT_EQ(options->down.bits_per_second, 2'000'000);
  EXPECT_EQ(options->up.queue_time, milliseconds(100));
  EXPECT_EQ(options->down.queue_time, std::chrono::seconds(1));
  EXPECT_TRUE(options->up.reorder);
  EXPECT_FALSE(options->down.reorder);
}

TEST(Options, errors_name_the_option_and_the_form) {
  EXPECT_THAT(error_of({"--delay", "75"}), HasSubstr("--delay: \"75\" is not of the form 75ms"));
  EXPECT_THAT(error_of({"--up-loss", "101%"}), HasSubstr("--up-loss: \"101%\" is too much"));
  EXPECT_THAT(error_of({"--rate", "-1mbit"}), HasSubstr("--rate: "));
  EXPECT_THAT(error_of({"--rate", "0mbit"}), HasSubstr("one bit"));
  EXPECT_THAT(error_of({"--queue", "5"}), HasSubstr("50ms or 256kB"));
  EXPECT_THAT(error_of({"--device", "a-name-too-long-for-linux"}), HasSubstr("--device"));
  EXPECT_THAT(error_of({"--tempo"}), HasSubstr("--tempo"));
  EXPECT_THAT(parse_options({"--near", "a"}).error().message(), HasSubstr("--near and --far are needed"));
  EXPECT_THAT(parse_options({"--near", "a", "--far", "a"}).error().message(), HasSubstr("the same"));
}

TEST(Options, help_fits_a_screen_and_needs_nothing_else) {
  EXPECT_TRUE(parse_options({"--help"})->help);
  std::size_t columns = 0;
  for (const char letter : help_text()) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool continues = (byte & 0xC0U) == 0x80U;  // of a UTF-8 character
    columns = byte == '\n' ? 0 : columns + (continues ? 0 : 1);
    ASSERT_LE(columns, 80U);
  }
}

TEST(Options, sizes_and_times_have_units) {
  EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(parse_rate("2MB"), 16'000'000U);
  EXPECT_DOUBLE_EQ(parse_share("0.005").value(), 0.005);
  for (const auto* const wrong : {"", "ms", "nan", "inf", "1e400ms", "5 ms", "2h"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

}  // namespace
}  // namespace qnet::line
