#pragma once

#include <string_view>

namespace qnet::mirror {

enum class Errc {
  cannot_save = 1,    ///< a profile could not be written
  origin_unsuitable,  ///< the cover origin can never be mirrored
  page_too_long,      ///< an ordinary server says more than a page has
};

[[nodiscard]] inline const char* error_domain(Errc) { return "mirror"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::mirror
