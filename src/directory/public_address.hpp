// Which addresses a directory lists, and knocks at: none of its own network's.
#pragma once

#include <string_view>

namespace qnet::directory {

/// An address of the public Internet, or a name that could lead to one. What a name resolves to is judged
/// when it is dialled.
[[nodiscard]] bool may_be_public(std::string_view host);

}  // namespace qnet::directory
