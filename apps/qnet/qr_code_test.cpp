#include "qr_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "overlay/peer/invite.hpp"
#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

/// The characters of a line: UTF-8's continuation bytes do not count.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void expect_even_picture(const std::string& text) {
  const auto picture = qr_code(text);
  ASSERT_TRUE(picture);
  ASSERT_TRUE(picture->ends_with('\n'));
  const auto lines = lines_of(*picture);
  ASSERT_FALSE(lines.empty());
  for (const auto& line : lines) EXPECT_EQ(width(line), width(lines[0]));
  EXPECT_EQ(lines.size(), (width(lines[0]) + 1) / 2) << "two rows a line";
}

TEST(QrCode, has_lines_of_equal_width) {
  for (const std::size_t size : {1U, 17U, 100U, 500U, 2000U}) expect_even_picture(std::string(size, 'a'));
  expect_even_picture(testing::kInvite);
}

TEST(QrCode, of_an_invite_fits_a_terminal_of_80_columns) {
  const auto picture = qr_code(testing::kInvite);
  ASSERT_TRUE(picture);
  EXPECT_LE(width(lines_of(*picture)[0]), 80U);
}

TEST(QrCode, takes_the_longest_invite_there_may_be) {
  expect_even_picture("qnet://" + std::string(peer::InviteLimits::text - 7, 'A'));
}

TEST(QrCode, is_framed_by_light_modules) {
  const auto lines = lines_of(qr_code(testing::kInvite).value());
  for (const auto& line : lines) {
    EXPECT_TRUE(line.starts_with("\u2588\u2588")) << line;
    EXPECT_TRUE(line.ends_with("\u2588\u2588")) << line;
  }
  for (std::size_t at = 0; at < lines[0].size(); at += 3) EXPECT_EQ(lines[0].substr(at, 3), "\u2588");
}

TEST(QrCode, of_too_long_a_text_is_nothing) {
  EXPECT_FALSE(qr_code(std::string(3000, 'a')));
  EXPECT_FALSE(qr_code(""));
}

}  // namespace
}  // namespace qnet::cli
