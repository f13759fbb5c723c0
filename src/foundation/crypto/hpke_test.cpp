#include "foundation/crypto/hpke.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using testing::array_at;
using testing::bytes_at;

struct Both {
  HpkeContext sender;
  HpkeContext receiver;
};

Both set_up(const boost::json::value& test) {
  const auto aead = test.at("aead").to_number<std::uint16_t>();
  const auto ephemeral = X25519KeyPair::from_secret(X25519Secret(array_at<32>(test, "skEm")));
  const auto own = X25519KeyPair::from_secret(X25519Secret(array_at<32>(test, "skRm")));
  EXPECT_EQ(ephemeral.public_key, array_at<32>(test, "pkEm"));
  EXPECT_EQ(own.public_key, array_at<32>(test, "pkRm"));
  auto sender = hpke_sender(aead, own.public_key, bytes_at(test, "info"), ephemeral);
  EXPECT_EQ(sender->enc, array_at<32>(test, "enc"));
  auto receiver = hpke_receiver(aead, sender->enc, own, bytes_at(test, "info"));
  return {std::move(sender->context), std::move(*receiver)};
}

/// The vectors print some of the messages; those between them are sealed and forgotten.
void expect_messages(const boost::json::value& test) {
  auto both = set_up(test);
  std::int64_t number = 0;
  for (const auto& message : test.at("sealed").as_array()) {
    base::Bytes text;
    for (; number < message.at("number").as_int64(); ++number)
      ASSERT_TRUE(both.receiver.open({}, both.sender.seal({}, {}), text));
    const auto ad = bytes_at(message, "ad");
    const auto sealed = both.sender.seal(ad, bytes_at(message, "text"));
    EXPECT_EQ(sealed, bytes_at(message, "sealed"));
    ASSERT_TRUE(both.receiver.open(ad, sealed, text));
    EXPECT_EQ(text, bytes_at(message, "text"));
    ++number;
  }
  EXPECT_EQ(number, 257);
}

TEST(Hpke, seals_what_rfc_9180_prints) {
  const auto file = testing::load_vectors("rfc/rfc9180.json");
  ASSERT_EQ(file.at("tests").as_array().size(), 2U);
  for (const auto& test : file.at("tests").as_array()) expect_messages(test);
}

TEST(Hpke, seals_by_aes_256_gcm_what_the_drafts_vectors_say) {
  expect_messages(testing::load_vectors("rfc/hpke_aes_256_gcm.json").at("tests").as_array().at(0));
}

class HpkeMisuse : public ::testing::Test {
 protected:
  base::testing::SeededRandom random_{1};
  X25519KeyPair ephemeral_ = X25519KeyPair::generate(random_);
  X25519KeyPair own_ = X25519KeyPair::generate(random_);
};

TEST_F(HpkeMisuse, is_noticed_in_every_byte_the_key_the_info_and_the_associated_data) {
  const base::Bytes info{1, 2}, ad{3}, text{4, 5, 6};
  const auto sealed = hpke_sender(1, own_.public_key, info, ephemeral_)->context.seal(ad, text);
  const auto opens = [&](const X25519KeyPair& own, base::ByteView with, base::ByteView beside,
                         base::ByteView message) {
    base::Bytes out;
    return hpke_receiver(1, ephemeral_.public_key, own, with)->open(beside, message, out);
  };
  EXPECT_TRUE(opens(own_, info, ad, sealed));
  EXPECT_FALSE(opens(X25519KeyPair::generate(random_), info, ad, sealed));
  EXPECT_FALSE(opens(own_, ad, ad, sealed));
  EXPECT_FALSE(opens(own_, info, info, sealed));
  EXPECT_FALSE(opens(own_, info, ad, base::ByteView(sealed).first(15)));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] ^= 1U;
    EXPECT_FALSE(opens(own_, info, ad, changed)) << at;
  }
}

TEST_F(HpkeMisuse, with_a_low_order_key_is_refused) {
  const auto made = hpke_sender(1, X25519Public{}, {}, ephemeral_);
  ASSERT_FALSE(made.has_value());
  EXPECT_TRUE(made.error().is(Errc::bad_point));
  EXPECT_FALSE(hpke_receiver(1, X25519Public{}, own_, {}).has_value());
}

TEST(Hpke, knows_the_three_aeads_and_no_other) {
  EXPECT_EQ(hpke_aead(1), AeadAlgorithm::aes_128_gcm);
  EXPECT_EQ(hpke_aead(2), AeadAlgorithm::aes_256_gcm);
  EXPECT_EQ(hpke_aead(3), AeadAlgorithm::chacha20_poly1305);
  for (const std::uint16_t id : std::initializer_list<std::uint16_t>{0, 4, 0xffff})
    EXPECT_FALSE(hpke_aead(id).has_value());
}

}  // namespace
}  // namespace qnet::crypto
