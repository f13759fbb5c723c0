#pragma once

#include <string>
#include <string_view>

namespace qnet::proxy {

/// What an application must say before it may use the proxy.
struct Credentials {
  std::string user;
  std::string password;

  /// In a time that does not depend on where the texts differ. Wishes behind the user name (preference.hpp)
  /// do not count.
  [[nodiscard]] bool match(std::string_view given_user, std::string_view given_password) const;
};

}  // namespace qnet::proxy
