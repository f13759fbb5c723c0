#pragma once

#include <string_view>

namespace qnet::h2 {

enum class Errc {
  ended = 1,     ///< the connection is over; every stream in it is too
  stream_reset,  ///< the other side broke this stream off
  protocol,      ///< the other side does not speak HTTP/2
  refused,       ///< no further stream can be opened
};

[[nodiscard]] inline const char* error_domain(Errc) { return "h2"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::h2
