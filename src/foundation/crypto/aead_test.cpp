#include "foundation/crypto/aead.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using base::Bytes;
using testing::array_at;
using testing::bytes_at;

using Tag = std::array<std::uint8_t, ChaChaPoly::tag_size>;
using Key = std::array<std::uint8_t, ChaChaPoly::key_size>;

constexpr Key some_key{1, 2, 3};

bool all_zero(base::ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

TEST(ChaChaPoly, gives_the_results_of_rfc_8439) {
  std::size_t cases = 0;
  const auto file = testing::load_vectors("rfc/rfc8439.json");
  for (const auto& test : file.at("tests").as_array()) {
    ChaChaPoly cipher(array_at<32>(test, "key"));
    const auto nonce = array_at<12>(test, "nonce");
    auto text = bytes_at(test, "text");
    Tag tag{};
    cipher.seal(nonce, bytes_at(test, "ad"), text, tag);
    EXPECT_EQ(text, bytes_at(test, "sealed"));
    EXPECT_EQ(tag, array_at<16>(test, "tag"));
    EXPECT_TRUE(cipher.open(nonce, bytes_at(test, "ad"), text, tag));
    EXPECT_EQ(text, bytes_at(test, "text"));
    ++cases;
  }
  EXPECT_EQ(cases, 2U);
}

TEST(ChaChaPoly, agrees_with_wycheproof) {
  std::size_t other_nonce_sizes = 0;
  const auto run = [&](const auto&, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    const bool valid = testing::text_at(test, "result") == "valid";
    const auto nonce = bytes_at(test, "iv");
    if (nonce.size() != ChaChaPoly::nonce_size) {
      EXPECT_FALSE(valid);  // the type of the parameter refuses these
      ++other_nonce_sizes;
      return;
    }
    ChaChaPoly cipher(array_at<32>(test, "key"));
    const auto ad = bytes_at(test, "aad");
    auto text = bytes_at(test, "ct");
    const auto opened = cipher.open(testing::array_of<12>(nonce), ad, text, array_at<16>(test, "tag"));
    EXPECT_EQ(opened, valid);
    if (!valid) {
      EXPECT_TRUE(all_zero(text));
      return;
    }
    EXPECT_EQ(text, bytes_at(test, "msg"));
    Tag tag{};
    cipher.seal(testing::array_of<12>(nonce), ad, text, tag);
    EXPECT_EQ(text, bytes_at(test, "ct"));
    EXPECT_EQ(tag, array_at<16>(test, "tag"));
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("wycheproof/chacha20_poly1305_test.json"), run),
            300U);
  EXPECT_EQ(other_nonce_sizes, 7U);
}

class ChaChaPolyRecord : public ::testing::Test {
 protected:
  ChaChaPolyRecord() { cipher.seal(nonce, ad, sealed, tag); }

  ChaChaPoly cipher{some_key};
  const ChaChaPoly::Nonce nonce = ChaChaPoly::counter_nonce(7);
  const Bytes ad{23, 3, 3, 0, 66};
  const Bytes text = Bytes(50, 0x5a);
  Bytes sealed = text;
  Tag tag{};
};

TEST_F(ChaChaPolyRecord, is_refused_and_wiped_when_any_bit_of_its_text_changed) {
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto changed = sealed;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(cipher.open(nonce, ad, changed, tag));
    EXPECT_TRUE(all_zero(changed));
  }
}

TEST_F(ChaChaPolyRecord, is_refused_when_any_bit_of_its_tag_changed) {
  for (std::size_t bit = 0; bit < tag.size() * 8; ++bit) {
    auto changed = tag;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
    auto copy = sealed;
    EXPECT_FALSE(cipher.open(nonce, ad, copy, changed));
  }
}

TEST_F(ChaChaPolyRecord, is_refused_under_another_nonce_key_or_associated_data) {
  auto copy = sealed;
  EXPECT_FALSE(cipher.open(ChaChaPoly::counter_nonce(8), ad, copy, tag));
  copy = sealed;
  EXPECT_FALSE(cipher.open(nonce, Bytes{23, 3, 3, 0, 67}, copy, tag));
  copy = sealed;
  EXPECT_FALSE(cipher.open(nonce, {}, copy, tag));
  copy = sealed;
  cipher.set_key(Key{9});
  EXPECT_FALSE(cipher.open(nonce, ad, copy, tag));
}

TEST_F(ChaChaPolyRecord, opens_after_a_refused_one) {
  auto changed = sealed;
  changed[0] ^= 1;
  EXPECT_FALSE(cipher.open(nonce, ad, changed, tag));
  EXPECT_TRUE(cipher.open(nonce, ad, sealed, tag));
  EXPECT_EQ(sealed, text);
}

TEST_F(ChaChaPolyRecord, opens_with_the_key_that_was_set_again) {
  cipher.set_key(Key{9});
  cipher.set_key(some_key);
  EXPECT_TRUE(cipher.open(nonce, ad, sealed, tag));
  EXPECT_EQ(sealed, text);
}

TEST_F(ChaChaPolyRecord, opens_after_its_cipher_was_moved) {
  ChaChaPoly moved(std::move(cipher));
  EXPECT_TRUE(moved.open(nonce, ad, sealed, tag));
  EXPECT_EQ(sealed, text);
}

TEST_F(ChaChaPolyRecord, opens_with_its_own_key_when_others_of_its_thread_are_used_in_between) {
  ChaChaPoly other(Key{7});
  for (int n = 0; n < 3; ++n) {
    auto opened = sealed;
    EXPECT_FALSE(other.open(nonce, ad, opened, tag));
    opened = sealed;
    EXPECT_TRUE(cipher.open(nonce, ad, opened, tag));
    EXPECT_EQ(opened, text);
    // One with another key may have been where an older one was.
    other = ChaChaPoly(Key{static_cast<std::uint8_t>(n)});
    EXPECT_FALSE(other.open(nonce, ad, opened, tag));
  }
}

TEST_F(ChaChaPolyRecord, opens_on_another_thread_than_the_one_that_made_its_cipher) {
  auto first = sealed;
  EXPECT_TRUE(cipher.open(nonce, ad, first, tag));
  std::thread([&] {
    auto second = sealed;
    EXPECT_TRUE(cipher.open(nonce, ad, second, tag));
    EXPECT_EQ(second, text);
    cipher.set_key(Key{9});
  }).join();
  EXPECT_FALSE(cipher.open(nonce, ad, sealed, tag)) << "it has another key now, here as well";
}

TEST_F(ChaChaPolyRecord, may_be_empty_with_and_without_associated_data) {
  Tag with{};
  Tag without{};
  cipher.seal(nonce, ad, {}, with);
  cipher.seal(nonce, {}, {}, without);
  EXPECT_NE(with, without);
  EXPECT_TRUE(cipher.open(nonce, ad, {}, with));
  EXPECT_TRUE(cipher.open(nonce, {}, {}, without));
  EXPECT_FALSE(cipher.open(nonce, {}, {}, with));
}

TEST(ChaChaPoly, makes_a_nonce_of_four_zeros_and_the_counter_in_little_endian_order) {
  const ChaChaPoly::Nonce expected{0, 0, 0, 0, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01};
  EXPECT_EQ(ChaChaPoly::counter_nonce(0x0102030405060708), expected);
}

}  // namespace
}  // namespace qnet::crypto
