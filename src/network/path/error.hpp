#pragma once

#include <string_view>

namespace qnet::path {

enum class Errc {
  bad_wish = 1,         ///< a number of hops outside ChooseLimits, or too many countries
  no_exit,              ///< no listed relay can be the exit
  no_exit_in_country,   ///< exits, but none in these countries
  no_exit_for_port,     ///< exits there, but none that serves the port
  no_guard,             ///< no guard may be used now
  guards_too_near,      ///< each exit that fits shares a network or a family with the guards
  too_few_relays,       ///< exit and guard, but no middles that share nothing with them
  guard_file_damaged,   ///< not what was written
  guard_file_newer,     ///< of a later version of this program
  guard_file_unusable,  ///< it cannot be read or written
};

[[nodiscard]] inline const char* error_domain(Errc) { return "path"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::path
