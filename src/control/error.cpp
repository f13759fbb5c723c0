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
  }
  return "unknown status API error";
}

}  // namespace qnet::control
