#include "edge/proxy/destination.hpp"

namespace qnet::proxy {

bool is_acceptable(const Destination& destination) {
  return peer::is_plain_host(destination.host) && destination.port != 0;
}

}  // namespace qnet::proxy
