#include "foundation/base/bytes.hpp"

#include <gtest/gtest.h>

#include "foundation/base/reader.hpp"

namespace qnet::base {
namespace {

TEST(Base64Url, agrees_with_the_vectors_of_rfc_4648) {
  // RFC 4648 §10, with the padding left off.
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64url(bytes_of(plain)), coded);
    const auto decoded = from_base64url(coded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(text_of(*decoded), plain);
  }
}

TEST(Base64Url, refuses_what_is_not_canonical) {
  for (const char* bad : {"Z", "Zh", "Zm9", "Zg==", "Zm9v\n", "Zm+v", "Zm/v", "Zm9vY"})
    EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(Hex, round_trips_and_refuses_other_characters) {
  const Bytes bytes{0x00, 0x7f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "007f80ff");
  EXPECT_EQ(from_hex("007F80ff"), bytes);
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Reader, never_moves_past_the_end) {
  const Bytes input{0x00, 0x02, 0xaa, 0xbb, 0x00, 0x05, 0xcc};
  Reader reader(input);
  const auto first = reader.vector<std::uint16_t>();
  ASSERT_TRUE(first);
  EXPECT_EQ(to_hex(*first), "aabb");
  EXPECT_FALSE(reader.vector<std::uint16_t>());
  EXPECT_EQ(reader.position(), 4U);
  EXPECT_FALSE(reader.integer<std::uint32_t>());
  EXPECT_EQ(reader.remaining(), 3U);
}

}  // namespace
}  // namespace qnet::base
