#include "edge/proxy/credentials.hpp"

#include "foundation/crypto/constant_time.hpp"

namespace qnet::proxy {

bool Credentials::match(std::string_view given_user, std::string_view given_password) const {
  const bool same_user = crypto::equal(base::bytes_of(user), base::bytes_of(given_user));
  const bool same_password = crypto::equal(base::bytes_of(password), base::bytes_of(given_password));
  return same_user && same_password;
}

}  // namespace qnet::proxy
