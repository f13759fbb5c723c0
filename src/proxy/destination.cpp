#include "proxy/destination.hpp"

#include <algorithm>

namespace qnet::proxy {

bool is_acceptable_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace qnet::proxy
