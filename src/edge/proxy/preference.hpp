// What a program asks of the way that its connection takes. It says so in its user name, as "hops=3" or
// "alice,hops=3,country=SE": every program that speaks to a proxy has a field for that.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/base/result.hpp"

namespace qnet::proxy {

struct PreferenceLimits {
  static constexpr unsigned most_hops = 5;
  static constexpr std::size_t countries = 8;
};

struct Preference {
  std::optional<unsigned> hops{};  ///< 1 to 5; nothing: what this client does by itself
  std::vector<std::string>
      countries{};  ///< where the exit is to be, ISO 3166-1; empty: as this client is set
  /// Connections whose values differ share no circuit: the whole user name and password.
  std::string isolation{};
  bool operator==(const Preference&) const = default;
};

/// A user name in its two parts.
struct UserName {
  std::string_view name;    ///< whose password is checked; may be empty
  std::string_view wishes;  ///< "hops=3,country=SE"; empty for none
};
/// The wishes begin at the first item that has the form of one.
[[nodiscard]] UserName split_user_name(std::string_view user);

/// A wish that cannot be read is an error with what to write instead (Errc::bad_preference): a program that
/// asks for three hops must not get one because of a slip. The error, which is logged, tells nothing of the
/// user name: programs put what they like there, Tor Browser the site that it visits.
[[nodiscard]] base::Result<Preference> preference_of(std::string_view user, std::string_view password);

}  // namespace qnet::proxy
