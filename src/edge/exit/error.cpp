#include "edge/exit/error.hpp"

namespace qnet::exit {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::general_failure: return "the exit could not connect";
    case Errc::not_allowed: return "the exit does not go there";
    case Errc::network_unreachable: return "the network cannot be reached from the exit";
    case Errc::host_unreachable: return "the host cannot be reached from the exit";
    case Errc::refused: return "the host refused the connection";
    case Errc::timeout: return "no answer came in time";
    case Errc::name_not_found: return "the name has no address";
    case Errc::name_service_failed: return "the exit's name server gave no usable answer";
    case Errc::limit_reached: return "the exit has too much to do";
    case Errc::cancelled: return "the request was withdrawn";
  }
  return "unknown error of the exit";
}

Errc code_of(const base::Error& error) {
  for (std::size_t value = 1; value <= kErrors; ++value) {
    const auto code = static_cast<Errc>(value);
    if (error.is(code)) return code;
  }
  return Errc::general_failure;
}

}  // namespace qnet::exit
