#include "network/path/error.hpp"

namespace qnet::path {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_wish: return "a circuit has 2 to 5 hops, and its exit at most 32 countries to be in";
    case Errc::no_exit: return "the network's list has no exit that can be used";
    case Errc::no_exit_in_country:
      return "the network's list has no exit in the countries that were asked for";
    case Errc::no_exit_for_port: return "no exit that may be used serves this port";
    case Errc::exits_full: return "every exit that may be used is full; try again in a few seconds";
    case Errc::no_guard: return "none of this client's guards answers now; they are tried again";
    case Errc::guards_too_near:
      return "every exit that may be used is in one network or family with the guards that answer";
    case Errc::too_few_relays:
      return "the network's list has too few relays in different networks and families for a circuit";
    case Errc::no_list: return "there is no list of the network's relays yet";
    case Errc::list_outdated:
      return "the list of the network's relays is too old for circuits; the operators are asked for a new "
             "one";
    case Errc::relay_unknown: return "the network's list does not have this relay";
    case Errc::no_key: return "the network's list names no key of a relay that is valid now";
    case Errc::timed_out: return "no circuit was ready in time";
    case Errc::too_many_requests: return "too many requests wait for a circuit";
    case Errc::too_many_circuits: return "all circuits are in use by others";
    case Errc::stopped: return "the client is stopping";
    case Errc::guard_file_damaged:
      return "the file with this client's guards is damaged; restore it from a copy, since new guards are "
             "drawn only when it is removed";
    case Errc::guard_file_newer: return "the file with this client's guards is of a newer version of qnet";
    case Errc::guard_file_unusable: return "the file with this client's guards cannot be read or written";
  }
  return "unknown path error";
}

}  // namespace qnet::path
