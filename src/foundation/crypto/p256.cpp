#include "foundation/crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "foundation/crypto/openssl.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

using Number = std::unique_ptr<BIGNUM, openssl::Deleter<BN_clear_free>>;
using Point = std::unique_ptr<EC_POINT, openssl::Deleter<EC_POINT_free>>;
using Group = std::unique_ptr<EC_GROUP, openssl::Deleter<EC_GROUP_free>>;
using Scratch = std::unique_ptr<BN_CTX, openssl::Deleter<BN_CTX_free>>;

/// Made once, for it holds tables; read only.
const EC_GROUP* group() {
  static const Group curve(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  require(curve != nullptr, "take the curve P-256");
  return curve.get();
}

}  // namespace

P256Public random_p256_point(base::RandomSource& random) {
  // EVP makes P-256 keys from its own randomness only; a session must be replayable from ours. Eight bytes
  // more than the order has make the remainder as good as uniform (FIPS 186-5 §A.4.1).
  Secret<40> seed;
  random.fill(seed.data());
  const Scratch scratch(BN_CTX_new());
  const Number secret(BN_bin2bn(seed.view().data(), Secret<40>::size, nullptr));
  const Point point(EC_POINT_new(group()));
  P256Public encoded{};
  require(scratch != nullptr && secret != nullptr && point != nullptr &&
              BN_nnmod(secret.get(), secret.get(), EC_GROUP_get0_order(group()), scratch.get()) == 1 &&
              EC_POINT_mul(group(), point.get(), secret.get(), nullptr, nullptr, scratch.get()) == 1 &&
              EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                                 encoded.size(), scratch.get()) == encoded.size(),
          "make a P-256 point");
  return encoded;
}

}  // namespace qnet::crypto
