#include "overlay/uplink/error.hpp"

namespace qnet::uplink {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::no_exit: return "no peer that is known has an exit";
    case Errc::timed_out: return "no peer could be reached in time";
    case Errc::too_many_requests: return "too many requests wait for a peer";
    case Errc::stopped: return "this program is stopping";
  }
  return "unknown uplink error";
}

}  // namespace qnet::uplink
