#include "foundation/crypto/x25519.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "foundation/crypto/testing/fixed_random.hpp"
#include "foundation/crypto/testing/vector_file.hpp"

namespace qnet::crypto {
namespace {

using testing::array_at;
using testing::array_of;

X25519Public shared_bytes(const X25519Secret& secret, const X25519Public& peer) {
  auto shared = x25519(secret, peer);
  EXPECT_TRUE(shared.has_value());
  return shared ? array_of<32>(shared->view()) : X25519Public{};
}

TEST(X25519, gives_the_results_of_rfc_7748) {
  std::size_t iterations = 0;
  const auto run = [&](const auto& group, const auto& test) {
    const auto result = array_at<32>(test, "result");
    if (testing::text_at(group, "function") == "multiplication") {
      EXPECT_EQ(shared_bytes(X25519Secret(array_at<32>(test, "scalar")), array_at<32>(test, "u")), result);
      return;
    }
    // §5.2: the result becomes the scalar, and the scalar the next u.
    X25519Public scalar{9};
    X25519Public u{9};
    for (auto left = test.at("times").as_int64(); left > 0; --left, ++iterations)
      u = std::exchange(scalar, shared_bytes(X25519Secret(scalar), u));
    EXPECT_EQ(scalar, result);
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("rfc/rfc7748.json"), run), 8U);
  EXPECT_EQ(iterations, 1001U);
}

TEST(X25519, agrees_with_wycheproof_and_refuses_every_result_of_zeros) {
  std::size_t refused = 0;
  const auto run = [&](const auto&, const auto& test) {
    SCOPED_TRACE(test.at("tcId").as_int64());
    const auto expected = array_at<32>(test, "shared");
    const auto shared = x25519(X25519Secret(array_at<32>(test, "private")), array_at<32>(test, "public"));
    if (expected == X25519Public{}) {
      ASSERT_FALSE(shared.has_value());
      EXPECT_TRUE(shared.error().is(Errc::bad_point));
      EXPECT_NE(testing::text_at(test, "result"), "valid");
      ++refused;
      return;
    }
    // "Acceptable" cases (twist points, non-canonical encodings) are computed as RFC 7748 §5 says.
    ASSERT_TRUE(shared.has_value());
    EXPECT_EQ(array_of<32>(shared->view()), expected);
  };
  EXPECT_EQ(testing::for_each_case(testing::load_vectors("wycheproof/x25519_test.json"), run), 518U);
  EXPECT_GT(refused, 0U);
}

TEST(X25519, generates_from_the_32_bytes_it_is_given) {
  const auto file = testing::load_vectors("rfc/rfc7748.json");
  const auto& alice = file.at("testGroups").at(0).at("tests").at(2);  // §6.1
  testing::FixedRandom random(testing::bytes_at(alice, "scalar"));
  const auto pair = X25519KeyPair::generate(random);
  EXPECT_EQ(random.left(), 0U);
  EXPECT_EQ(array_of<32>(pair.secret.view()), array_at<32>(alice, "scalar"));
  EXPECT_EQ(pair.public_key, array_at<32>(alice, "result"));
  const auto copy = pair.clone();
  EXPECT_EQ(array_of<32>(copy.secret.view()), array_at<32>(alice, "scalar"));
  EXPECT_EQ(copy.public_key, pair.public_key);
}

}  // namespace
}  // namespace qnet::crypto
