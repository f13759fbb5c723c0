#include "transport/link/error.hpp"

namespace qnet::link {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::not_recognised: return "the relay did not recognise this client";
    case Errc::handshake_timed_out: return "the peer did not finish the handshake in time";
    case Errc::no_transport: return "this program has no transport for the relay's cover";
    case Errc::keys_used_up: return "the keys of the link are used up";
  }
  return "unknown link error";
}

}  // namespace qnet::link
