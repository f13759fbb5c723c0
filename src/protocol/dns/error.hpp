#pragma once

#include <string_view>

#include "foundation/base/result.hpp"

namespace qnet::dns {

/// Why a name was not resolved. No text here ever names it.
enum class Errc {
  name_not_found = 1,   ///< the name does not exist, or has no address
  name_service_failed,  ///< no name server gave a usable answer
  timeout,
  limit_reached,  ///< too many lookups at once
  cancelled,      ///< the resolver was closed
};

[[nodiscard]] inline const char* error_domain(Errc) { return "dns"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::dns
