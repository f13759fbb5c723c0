#include "edge/proxy/error.hpp"

namespace qnet::proxy {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_preference:
      return "a program's user name asks for a way that QNet does not know: write hops=1 to hops=5, or "
             "country= and two letters, once each, with a comma between them";
  }
  return "unknown proxy error";
}

}  // namespace qnet::proxy
