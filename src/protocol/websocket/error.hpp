#pragma once

#include <string_view>

namespace qnet::websocket {

enum class Errc {
  bad_frame = 1,  ///< against RFC 6455, or of a kind that is not used here
  answers_unread,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "websocket"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::websocket
