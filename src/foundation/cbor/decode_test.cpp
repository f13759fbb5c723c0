#include "foundation/cbor/decode.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/cbor/encode.hpp"

namespace qnet::cbor {
namespace {

base::Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

void expect_refused(std::string_view text, Errc why) {
  const auto value = decode(hex(text));
  ASSERT_FALSE(value) << text;
  EXPECT_TRUE(value.error().is(why)) << text << ": " << value.error().message();
}

TEST(Decode, refuses_integers_and_lengths_in_a_longer_form) {
  for (const char* text : {"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff",
                           "1b0000000000000000", "1b00000000ffffffff", "3800", "3817", "5800", "580101",
                           "7800", "780161", "980101", "9900010a", "b8010102", "d80001"})
    expect_refused(text, Errc::not_canonical);
}

TEST(Decode, refuses_floats_that_fit_a_shorter_form) {
  for (const char* text :
       {"fa3f800000", "fb3ff0000000000000", "fb40f86a0000000000", "f97e01", "f9fe00", "fa7fc00001"})
    expect_refused(text, Errc::not_canonical);
}

TEST(Decode, refuses_maps_out_of_order_and_keys_twice) {
  for (const char* text : {"a203040102", "a2616201616102", "a201020102", "a220010001"})
    expect_refused(text, Errc::unsorted_keys);
  // RFC 8949 §4.2.1 sorts bytewise by encoding: 10, 100, -1, "z", "aa", [100], [-1], false.
  EXPECT_TRUE(decode(hex("a80a001864002000617a006261610081186400812000f400")));
}

TEST(Decode, refuses_reserved_forms) {
  for (const char* text : {"1c", "1d", "1e", "3c", "5c", "7d", "9e", "bc", "dd", "fc", "fd", "fe"})
    expect_refused(text, Errc::reserved);
  for (const char* text : {"f800", "f814", "f818", "f81f"}) expect_refused(text, Errc::not_canonical);
  for (const char* text : {"1f", "3f", "5f", "7f", "9f", "bf", "df", "ff"})
    expect_refused(text, Errc::indefinite_length);
}

TEST(Decode, refuses_text_that_is_not_utf8) {
  for (const char* text :
       {"61ff", "6180", "62c328", "62c080", "63e08080", "63eda080", "64f0808080", "64f4908080", "61c3"})
    expect_refused(text, Errc::bad_utf8);
}

TEST(Decode, refuses_an_end_in_every_place) {
  const auto whole =
      encode(Map{{"a", Array{Value(std::uint64_t{1000}), Value(1.1), Value("text"), Value(hex("0102"))}},
                 {"b", Tagged{32, std::make_shared<const Value>("x")}}});
  ASSERT_TRUE(decode(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto value = decode(base::ByteView(whole).first(size));
    ASSERT_FALSE(value) << size;
    EXPECT_TRUE(value.error().is(Errc::truncated)) << size;
  }
}

TEST(Decode, refuses_bytes_behind_the_item) { expect_refused("0000", Errc::trailing_bytes); }

TEST(Decode, refuses_counts_that_the_input_cannot_hold_without_reserving_for_them) {
  for (const char* text : {"9bffffffffffffffff", "bbffffffffffffffff", "5bffffffffffffffff",
                           "7bffffffffffffffff", "9a7fffffff00", "ba7fffffff0000"})
    expect_refused(text, Errc::truncated);
}

TEST(Decode, refuses_more_depth_than_allowed) {
  const Limits limits{.depth = 3, .size = 100};
  EXPECT_TRUE(decode(hex("81818100"), limits));
  EXPECT_TRUE(decode(hex("8181818100"), limits).error().is(Errc::too_deep));
  EXPECT_TRUE(decode(hex("c1c1c1c100"), limits).error().is(Errc::too_deep));
  EXPECT_TRUE(decode(hex("a100a100a100a10000"), limits).error().is(Errc::too_deep));
  // A megabyte of opening brackets must not reach the end of the stack.
  EXPECT_TRUE(decode(base::Bytes(1 << 20, 0x81)).error().is(Errc::too_deep));
}

TEST(Decode, refuses_more_size_than_allowed) {
  const Limits limits{.depth = 3, .size = 4};
  EXPECT_TRUE(decode(hex("83000000"), limits));
  EXPECT_TRUE(decode(hex("8400000000"), limits).error().is(Errc::too_large));
}

TEST(Decode, whatever_it_takes_is_written_the_same) {
  base::testing::SeededRandom random(3);
  std::size_t taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    base::Bytes input(1 + static_cast<std::size_t>(round) % 12);
    random.fill(input);
    const auto value = decode(input);
    if (!value) continue;
    ++taken;
    ASSERT_EQ(encode(*value), input) << base::to_hex(input);
  }
  EXPECT_GT(taken, 1000U);
}

}  // namespace
}  // namespace qnet::cbor
