#include "control/error.hpp"

namespace qnet::control {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::port_taken: return "the status port is taken";
    case Errc::not_loopback: return "the status API listens on a loopback address only";
    case Errc::cannot_listen: return "the status API cannot listen";
    case Errc::nothing_listens: return "no QNet is running here";
    case Errc::no_answer: return "QNet does not answer";
    case Errc::bad_answer: return "what answers there is not QNet";
    case Errc::no_token:
      return "the running QNet's secret is not in this state folder; name its folder with --state-dir";
    case Errc::token_exposed:
      return "other users have rights on the status API's secret; delete the file and restart QNet";
    case Errc::token_unreadable: return "the status API's secret cannot be read";
    case Errc::token_unwritable: return "the status API's secret cannot be written";
  }
  return "unknown status API error";
}

}  // namespace qnet::control
