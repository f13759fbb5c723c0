#pragma once

#include <string_view>

namespace qnet::control {

enum class Errc {
  port_taken = 1,
  not_loopback,  ///< the status API is for this machine's own users
  cannot_listen,
  nothing_listens,  ///< nobody answers where a QNet was expected
  no_answer,        ///< connected, but no whole answer within the deadline
  bad_answer,       ///< what answers there is no QNet
  no_token,         ///< the file is not there
  token_exposed,    ///< others than its owner may read or change it
  token_unreadable,
  token_unwritable,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "control"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::control
