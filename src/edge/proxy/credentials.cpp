#include "edge/proxy/credentials.hpp"

#include "edge/proxy/preference.hpp"
#include "foundation/crypto/constant_time.hpp"

namespace qnet::proxy {

bool Credentials::match(std::string_view given_user, std::string_view given_password) const {
  const auto same = [this](std::string_view name) {
    return crypto::equal(base::bytes_of(user), base::bytes_of(name));
  };
  const bool whole = same(given_user);  // of somebody whose name has the form of a wish
  const bool same_user = same(split_user_name(given_user).name) || whole;
  const bool same_password = crypto::equal(base::bytes_of(password), base::bytes_of(given_password));
  return same_user && same_password;
}

}  // namespace qnet::proxy
