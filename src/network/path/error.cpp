#include "network/path/error.hpp"

namespace qnet::path {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_wish: return "a circuit has 2 to 5 hops, and its exit at most 32 countries to be in";
    case Errc::no_exit: return "the network's list has no exit that can be used";
    case Errc::no_exit_in_country:
      return "the network's list has no exit in the countries that were asked for";
    case Errc::no_exit_for_port: return "no exit that may be used serves this port";
    case Errc::no_guard: return "none of this client's guards answers now; they are tried again";
    case Errc::guards_too_near:
      return "every exit that may be used is in one network or family with the guards that answer";
    case Errc::too_few_relays:
      return "the network's list has too few relays in different networks and families for a circuit";
    case Errc::guard_file_damaged:
      return "the file with this client's guards is damaged; restore it from a copy, since new guards are "
             "drawn only when it is removed";
    case Errc::guard_file_newer: return "the file with this client's guards is of a newer version of qnet";
    case Errc::guard_file_unusable: return "the file with this client's guards cannot be read or written";
  }
  return "unknown path error";
}

}  // namespace qnet::path
