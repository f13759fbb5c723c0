#pragma once

#include <string_view>

namespace qnet::path {

enum class Errc {
  bad_wish = 1,        ///< a number of hops outside ChooseLimits, or too many countries
  no_exit,             ///< no listed relay can be the exit
  no_exit_in_country,  ///< exits, but none in these countries
  no_exit_for_port,    ///< exits there, but none that serves the port
  exits_full,          ///< exits that fit, and each was full a moment ago
  no_guard,            ///< no guard may be used now
  guards_too_near,     ///< each exit that fits shares a network or a family with the guards
  too_few_relays,      ///< exit and guard, but no middles that share nothing with them
  no_list,             ///< there is no list of the network yet
  list_outdated,       ///< it is older than circuit keys are used
  relay_unknown,       ///< the list does not have this relay
  no_key,              ///< the list names no key of this relay that is valid now
  timed_out,           ///< no circuit was ready in time
  too_many_requests,   ///< so many wait already
  too_many_circuits,   ///< all are in use, and none may be shared
  stopped,
  guard_file_damaged,   ///< not what was written
  guard_file_newer,     ///< of a later version of this program
  guard_file_unusable,  ///< it cannot be read or written
};

[[nodiscard]] inline const char* error_domain(Errc) { return "path"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::path
