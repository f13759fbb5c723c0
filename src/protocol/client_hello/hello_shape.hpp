// What of a ClientHello decides how a server answers it, whatever is drawn anew for each connection.
#pragma once

#include <string>

#include "protocol/client_hello/client_hello.hpp"

namespace qnet::client_hello {

/// Equal for two hellos of one browser, whatever their GREASE, order, keys, name and padding. Hexadecimal.
[[nodiscard]] std::string hello_shape(const ClientHello& hello);

}  // namespace qnet::client_hello
