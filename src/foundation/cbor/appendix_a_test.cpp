// RFC 8949 appendix A, every line: what deterministic encoding (§4.2.1) writes, and what it must refuse.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"

namespace qnet::cbor {
namespace {

base::Bytes hex(std::string_view text) { return base::from_hex(text).value(); }
Value number(std::uint64_t value) { return value; }
Value negative(std::uint64_t n) { return Negative{n}; }
Value simple(std::uint8_t value) { return Simple{value}; }
Value bytes(std::string_view text) { return hex(text); }
Value tagged(std::uint64_t tag, Value item) {
  return Tagged{tag, std::make_shared<const Value>(std::move(item))};
}
Value list(Array items) { return items; }
Value map(Map entries) { return entries; }

Value one_to_25() {
  Array items;
  for (std::uint64_t n = 1; n <= 25; ++n) items.emplace_back(n);
  return items;
}

struct Line {
  const char* encoded;
  Value value;
};

std::vector<Line> lines() {
  const double infinity = std::numeric_limits<double>::infinity();
  return {
      {"00", number(0)},
      {"01", number(1)},
      {"0a", number(10)},
      {"17", number(23)},
      {"1818", number(24)},
      {"1819", number(25)},
      {"1864", number(100)},
      {"1903e8", number(1000)},
      {"1a000f4240", number(1000000)},
      {"1b000000e8d4a51000", number(1000000000000)},
      {"1bffffffffffffffff", number(18446744073709551615U)},
      {"c249010000000000000000", tagged(2, bytes("010000000000000000"))},
      {"3bffffffffffffffff", negative(18446744073709551615U)},
      {"c349010000000000000000", tagged(3, bytes("010000000000000000"))},
      {"20", negative(0)},
      {"29", negative(9)},
      {"3863", negative(99)},
      {"3903e7", negative(999)},
      {"f90000", 0.0},
      {"f98000", -0.0},
      {"f93c00", 1.0},
      {"fb3ff199999999999a", 1.1},
      {"f93e00", 1.5},
      {"f97bff", 65504.0},
      {"fa47c35000", 100000.0},
      {"fa7f7fffff", 3.4028234663852886e+38},
      {"fb7e37e43c8800759c", 1.0e+300},
      {"f90001", 5.960464477539063e-8},
      {"f90400", 0.00006103515625},
      {"f9c400", -4.0},
      {"fbc010666666666666", -4.1},
      {"f97c00", infinity},
      {"f97e00", std::numeric_limits<double>::quiet_NaN()},
      {"f9fc00", -infinity},
      {"f4", false},
      {"f5", true},
      {"f6", simple(22)},
      {"f7", simple(23)},
      {"f0", simple(16)},
      {"f8ff", simple(255)},
      {"c074323031332d30332d32315432303a30343a30305a", tagged(0, "2013-03-21T20:04:00Z")},
      {"c11a514b67b0", tagged(1, number(1363896240))},
      {"c1fb41d452d9ec200000", tagged(1, 1363896240.5)},
      {"d74401020304", tagged(23, bytes("01020304"))},
      {"d818456449455446", tagged(24, bytes("6449455446"))},
      {"d82076687474703a2f2f7777772e6578616d706c652e636f6d", tagged(32, "http://www.example.com")},
      {"40", bytes("")},
      {"4401020304", bytes("01020304")},
      {"60", ""},
      {"6161", "a"},
      {"6449455446", "IETF"},
      {"62225c", "\"\\"},
      {"62c3bc", "\u00fc"},
      {"63e6b0b4", "\u6c34"},
      {"64f0908591", "\U00010151"},
      {"80", list({})},
      {"83010203", list({number(1), number(2), number(3)})},
      {"8301820203820405", list({number(1), list({number(2), number(3)}), list({number(4), number(5)})})},
      {"98190102030405060708090a0b0c0d0e0f101112131415161718181819", one_to_25()},
      {"a0", map({})},
      {"a201020304", map({{number(1), number(2)}, {number(3), number(4)}})},
      {"a26161016162820203", map({{"a", number(1)}, {"b", list({number(2), number(3)})}})},
      {"826161a161626163", list({"a", map({{"b", "c"}})})},
      {"a56161614161626142616361436164614461656145",
       map({{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}, {"e", "E"}})},
  };
}

TEST(AppendixA, is_written_to_the_byte) {
  for (const auto& line : lines()) EXPECT_EQ(base::to_hex(encode(line.value)), line.encoded);
}

TEST(AppendixA, is_read) {
  for (const auto& line : lines()) {
    const auto value = decode(hex(line.encoded));
    ASSERT_TRUE(value) << line.encoded << ": " << value.error().message();
    EXPECT_TRUE(*value == line.value) << line.encoded;
  }
}

TEST(AppendixA, floats_in_a_longer_form_are_refused) {
  for (const char* text : {"fa7f800000", "fa7fc00000", "faff800000", "fb7ff0000000000000",
                           "fb7ff8000000000000", "fbfff0000000000000"}) {
    const auto value = decode(hex(text));
    ASSERT_FALSE(value) << text;
    EXPECT_TRUE(value.error().is(Errc::not_canonical)) << text;
  }
}

TEST(AppendixA, indefinite_lengths_are_refused) {
  for (const char* text : {"5f42010243030405ff", "7f657374726561646d696e67ff", "9fff", "9f018202039f0405ffff",
                           "9f01820203820405ff", "83018202039f0405ff", "83019f0203ff820405",
                           "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
                           "bf61610161629f0203ffff", "826161bf61626163ff", "bf6346756ef563416d7421ff"}) {
    const auto value = decode(hex(text));
    ASSERT_FALSE(value) << text;
    EXPECT_TRUE(value.error().is(Errc::indefinite_length)) << text;
  }
}

}  // namespace
}  // namespace qnet::cbor
