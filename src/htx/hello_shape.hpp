// What of a ClientHello decides how a server answers it, whatever is drawn anew for each connection.
#pragma once

#include <string>

#include "htx/client_hello.hpp"

namespace qnet::htx {

/// Equal for two hellos of one browser, whatever their GREASE, order, keys, name and padding. Hexadecimal.
[[nodiscard]] std::string hello_shape(const ClientHello& hello);

}  // namespace qnet::htx
