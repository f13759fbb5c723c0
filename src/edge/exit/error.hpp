#pragma once

#include <cstddef>
#include <string_view>

#include "foundation/base/result.hpp"

namespace qnet::exit {

/// Why a destination was not reached. No text here ever names it. The first six have the numbers of SOCKS5
/// replies' causes as `/qnet/connect/1` sends them.
enum class Errc {
  general_failure = 1,
  not_allowed,  ///< the context says what kind of place it is
  network_unreachable,
  host_unreachable,
  refused,
  timeout,
  name_not_found,       ///< to the person: host unreachable
  name_service_failed,  ///< to the person: general failure
  limit_reached,        ///< too much at once at this exit; to the person: general failure
  cancelled,            ///< the client went away
};

inline constexpr std::size_t kErrors = static_cast<std::size_t>(Errc::cancelled);

[[nodiscard]] inline const char* error_domain(Errc) { return "exit"; }
[[nodiscard]] std::string_view describe(Errc code);

/// The code of an error of this module; general_failure for any other's.
[[nodiscard]] Errc code_of(const base::Error& error);

}  // namespace qnet::exit
