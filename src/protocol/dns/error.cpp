#include "protocol/dns/error.hpp"

namespace qnet::dns {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::name_not_found: return "the name has no address";
    case Errc::name_service_failed: return "the name server gave no usable answer";
    case Errc::timeout: return "the name server did not answer in time";
    case Errc::limit_reached: return "too many names are looked up at once";
    case Errc::cancelled: return "the lookup was cancelled";
  }
  return "unknown error of the DNS";
}

}  // namespace qnet::dns
