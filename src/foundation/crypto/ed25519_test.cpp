#include "foundation/crypto/ed25519.hpp"

#include <gtest/gtest.h>

#include "foundation/crypto/testing/fixed_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using testing::array_at;
using testing::array_of;
using testing::bytes_at;

TEST(Ed25519, gives_the_results_of_rfc_8032) {
  std::size_t cases = 0;
  const auto file = testing::load_vectors("rfc/rfc8032.json");
  for (const auto& test : file.at("tests").as_array()) {
    SCOPED_TRACE(testing::text_at(test, "name"));
    const auto pair = Ed25519KeyPair::from_seed(Ed25519Seed(array_at<32>(test, "seed")));
    const auto message = bytes_at(test, "message");
    EXPECT_EQ(pair.public_key, array_at<32>(test, "public"));
    EXPECT_EQ(pair.sign(message), array_at<64>(test, "signature"));
    EXPECT_TRUE(ed25519_verify(pair.public_key, message, array_at<64>(test, "signature")));
    ++cases;
  }
  EXPECT_EQ(cases, 5U);
}

TEST(Ed25519, agrees_with_wycheproof) {
  std::size_t other_sizes = 0;
  const auto run = [&](const auto& group, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    const bool valid = testing::text_at(test, "result") == "valid";
    const auto key = array_at<32>(group.at("key"), "pk");
    const auto message = bytes_at(test, "msg");
    const auto signature = bytes_at(test, "sig");
    if (signature.size() != std::tuple_size_v<Ed25519Signature>) {
      EXPECT_FALSE(valid);  // the type of the parameter refuses these
      ++other_sizes;
      return;
    }
    EXPECT_EQ(ed25519_verify(key, message, array_of<64>(signature)), valid);
    if (!valid) return;
    const auto pair = Ed25519KeyPair::from_seed(Ed25519Seed(array_at<32>(group.at("key"), "sk")));
    EXPECT_EQ(pair.public_key, key);
    EXPECT_EQ(pair.sign(message), array_of<64>(signature));
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("wycheproof/eddsa_test.json"), run), 145U);
  EXPECT_LT(other_sizes, 30U);
}

TEST(Ed25519, refuses_a_signature_of_another_message_or_key) {
  testing::FixedRandom random(base::Bytes(64, 0x11));
  const auto pair = Ed25519KeyPair::generate(random);
  EXPECT_EQ(random.left(), 32U);
  const auto signature = pair.sign(base::bytes_of("relay"));
  EXPECT_TRUE(ed25519_verify(pair.public_key, base::bytes_of("relay"), signature));
  EXPECT_FALSE(ed25519_verify(pair.public_key, base::bytes_of("relaz"), signature));
  EXPECT_FALSE(ed25519_verify(pair.public_key, {}, signature));
  const auto other = Ed25519KeyPair::from_seed(Ed25519Seed(std::array<std::uint8_t, 32>{2}));
  EXPECT_FALSE(ed25519_verify(other.public_key, base::bytes_of("relay"), signature));
}

TEST(Ed25519, refuses_a_public_key_that_is_no_point) {
  Ed25519Public no_point{};
  no_point[0] = 2;  // y = 2 has no x on the curve
  EXPECT_FALSE(ed25519_verify(no_point, base::bytes_of("relay"), Ed25519Signature{}));
}

}  // namespace
}  // namespace qnet::crypto
