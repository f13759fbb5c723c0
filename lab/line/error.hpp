#pragma once

#include <string_view>

#include "foundation/base/result.hpp"

namespace qnet::line {

enum class Errc {
  bad_value = 1,  ///< an option's value, or an option that there is not
  no_namespace,
  no_tun,
  failed,  ///< a call of the system that should not fail
};

[[nodiscard]] inline const char* error_domain(Errc) { return "line"; }
[[nodiscard]] std::string_view describe(Errc code);

/// With what the system said of its last call: "/dev/net/tun: No such file or directory".
[[nodiscard]] tl::unexpected<base::Error> system_failure(Errc code, std::string_view what);

}  // namespace qnet::line
