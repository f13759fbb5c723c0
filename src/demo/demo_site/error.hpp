#pragma once

#include <string_view>

namespace qnet::demo_site {

enum class Errc {
  cannot_listen = 1,
  bad_certificate,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "site"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::demo_site
