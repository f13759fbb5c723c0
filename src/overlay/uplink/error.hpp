#pragma once

#include <string_view>

namespace qnet::uplink {

enum class Errc {
  no_exit = 1,        ///< every candidate has said that it has no exit
  timed_out,          ///< a request's time was over before there was a session
  too_many_requests,  ///< more wait for a session than UplinkLimits allows
  stopped,            ///< this program is stopping
};

[[nodiscard]] inline const char* error_domain(Errc) { return "uplink"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::uplink
