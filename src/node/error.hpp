#pragma once

#include <string_view>

namespace qnet::node {

enum class Errc { cannot_listen = 1, cannot_start, no_such_mode };

[[nodiscard]] inline const char* error_domain(Errc) { return "node"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::node
