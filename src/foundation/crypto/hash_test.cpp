#include "foundation/crypto/hash.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using base::Bytes;
using testing::array_at;
using testing::array_of;
using testing::bytes_at;

TEST(Sha256, gives_the_results_of_rfc_6234) {
  std::size_t cases = 0;
  const auto file = testing::load_vectors("rfc/rfc6234.json");
  for (const auto& test : file.at("tests").as_array()) {
    Bytes message;
    for (auto left = test.at("repeat").as_int64(); left > 0; --left)
      base::append(message, bytes_at(test, "message"));
    EXPECT_EQ(sha256(message), array_at<32>(test, "digest"));
    ++cases;
  }
  EXPECT_EQ(cases, 4U);
}

TEST(Sha256, hashes_parts_as_one_text) {
  const auto whole = base::bytes_of("noise protocol");
  EXPECT_EQ(sha256({whole.first(5), {}, whole.subspan(5)}), sha256(whole));
  EXPECT_EQ(sha256({}), sha256(base::ByteView{}));
  EXPECT_NE(sha256({whole}), sha256({whole, whole}));
}

TEST(Sha256, hashes_what_comes_piece_by_piece) {
  const auto whole = base::bytes_of("noise protocol");
  Sha256Stream stream;
  EXPECT_EQ(Sha256Stream().finish(), sha256(base::ByteView{}));
  stream.add(whole.first(5));
  stream.add({});
  (void)sha256(base::bytes_of("another text on this thread meanwhile"));
  stream.add(whole.subspan(5));
  EXPECT_EQ(stream.finish(), sha256(whole));
}

// RFC 3174 §7.3, test 1.
TEST(Sha1, gives_the_result_of_rfc_3174) {
  EXPECT_EQ(base::to_hex(sha1(base::bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(HmacSha256, gives_the_results_of_rfc_4231) {
  std::size_t cases = 0;
  const auto file = testing::load_vectors("rfc/rfc4231.json");
  for (const auto& test : file.at("tests").as_array()) {
    const auto message = bytes_at(test, "message");
    const base::ByteView view(message);
    const auto expected = array_at<32>(test, "mac");
    EXPECT_EQ(array_of<32>(hmac_sha256(bytes_at(test, "key"), {message}).view()), expected);
    EXPECT_EQ(array_of<32>(hmac_sha256(bytes_at(test, "key"), {view.first(3), view.subspan(3)}).view()),
              expected);
    ++cases;
  }
  EXPECT_EQ(cases, 6U);
}

TEST(HmacSha256, agrees_with_wycheproof) {
  const auto run = [](const auto& group, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    const auto mac = hmac_sha256(bytes_at(test, "key"), {bytes_at(test, "msg")});
    const auto size = static_cast<std::size_t>(group.at("tagSize").as_int64() / 8);
    const auto truncated = mac.view().first(size);
    const bool same = Bytes(truncated.begin(), truncated.end()) == bytes_at(test, "tag");
    EXPECT_EQ(same, testing::text_at(test, "result") == "valid");
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("wycheproof/hmac_sha256_test.json"), run), 174U);
}

TEST(Hkdf, gives_the_results_of_rfc_5869) {
  std::size_t cases = 0;
  const auto file = testing::load_vectors("rfc/rfc5869.json");
  for (const auto& test : file.at("tests").as_array()) {
    SCOPED_TRACE(testing::text_at(test, "section"));
    const auto key = hkdf_extract(bytes_at(test, "salt"), bytes_at(test, "ikm"));
    EXPECT_EQ(array_of<32>(key.view()), array_at<32>(test, "prk"));
    const auto expected = bytes_at(test, "okm");
    Bytes out(expected.size());
    hkdf_expand(key.view(), bytes_at(test, "info"), out);
    EXPECT_EQ(out, expected);
    ++cases;
  }
  EXPECT_EQ(cases, 3U);
}

TEST(Hkdf, agrees_with_wycheproof) {
  std::size_t too_long = 0;
  const auto run = [&](const auto&, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    const auto key = hkdf_extract(bytes_at(test, "salt"), bytes_at(test, "ikm"));
    Bytes out(static_cast<std::size_t>(test.at("size").as_int64()));
    if (testing::text_at(test, "result") == "invalid") {
      EXPECT_THROW(hkdf_expand(key.view(), bytes_at(test, "info"), out), std::length_error);
      ++too_long;
      return;
    }
    hkdf_expand(key.view(), bytes_at(test, "info"), out);
    EXPECT_EQ(out, bytes_at(test, "okm"));
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("wycheproof/hkdf_sha256_test.json"), run), 105U);
  EXPECT_EQ(too_long, 3U);
}

}  // namespace
}  // namespace qnet::crypto
