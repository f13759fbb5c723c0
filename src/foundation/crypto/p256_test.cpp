#include "foundation/crypto/p256.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <set>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::crypto {
namespace {

/// As a server would, before it answers.
bool is_public_key(P256Public point) {
  std::string name = "prime256v1";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  EVP_PKEY_CTX* const reader = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY_fromdata_init(reader);
  const bool read =
      EVP_PKEY_fromdata(reader, &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(parameters)) == 1;
  EVP_PKEY_CTX* const checker = read ? EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr) : nullptr;
  const bool valid = read && EVP_PKEY_public_check(checker) == 1;
  EVP_PKEY_CTX_free(checker);
  EVP_PKEY_CTX_free(reader);
  EVP_PKEY_free(key);
  return valid;
}

TEST(P256, makes_points_that_openssl_takes_for_public_keys_and_never_the_same) {
  base::testing::SeededRandom random(3);
  std::set<P256Public> seen;
  for (int n = 0; n < 50; ++n) {
    const auto point = random_p256_point(random);
    EXPECT_EQ(point[0], 4);
    EXPECT_TRUE(is_public_key(point));
    seen.insert(point);
  }
  EXPECT_EQ(seen.size(), 50U);
}

TEST(P256, gives_the_generator_for_the_secret_one) {
  class One final : public base::RandomSource {
    void fill(base::MutableBytes out) override {
      std::ranges::fill(out, std::uint8_t{0});
      out.back() = 1;
    }
  } one;
  const auto point = random_p256_point(one);
  // SEC 2 §2.4.2.
  EXPECT_EQ(base::to_hex(base::ByteView(point).subspan(1, 32)),
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
}

}  // namespace
}  // namespace qnet::crypto
