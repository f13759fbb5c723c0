#include "nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace qnet::cli {
namespace {

const std::vector<std::string> kKnown{"peer", "socks_port", "status_port", "threads", "qr"};

TEST(Nearest, finds_a_word_with_one_slip) {
  for (const char* const slip : {"thread", "threadss", "threods", "htreads", "threads"})
    EXPECT_EQ(nearest(slip, kKnown), "threads") << slip;
}

TEST(Nearest, prefers_the_word_that_is_least_off) {
  EXPECT_EQ(nearest("sock_port", kKnown), "socks_port");
  EXPECT_EQ(nearest("stats_port", kKnown), "status_port");
}

TEST(Nearest, stays_silent_when_no_word_is_near) {
  for (const char* const word : {"", "x", "frobnicate", "port", "QNET_PEER"})
    EXPECT_FALSE(nearest(word, kKnown)) << word;
  EXPECT_FALSE(nearest("peer", {}));
}

TEST(Nearest, does_not_compare_what_is_far_too_long) {
  EXPECT_FALSE(nearest(std::string(1'000'000, 'p'), kKnown));
}

TEST(Nearest, becomes_the_end_of_a_sentence) {
  EXPECT_EQ(suggestion("per", kKnown), " (did you mean peer?)");
  EXPECT_EQ(suggestion("frobnicate", kKnown), "");
}

}  // namespace
}  // namespace qnet::cli
