#pragma once

#include <string_view>

namespace qnet::proxy {

enum class Errc {
  bad_preference = 1,  ///< a user name asks for a way that there is not
};

[[nodiscard]] inline const char* error_domain(Errc) { return "proxy"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::proxy
