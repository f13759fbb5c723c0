// The fields of a ClientHello on which a server's answer depends. What is drawn anew for each connection is
// left out.
#pragma once

#include <string>

#include "protocol/client_hello/client_hello.hpp"

namespace qnet::client_hello {

/// Equal for two hellos of one browser, whatever their GREASE, order, keys, name and padding. Hexadecimal.
[[nodiscard]] std::string hello_shape(const ClientHello& hello);

}  // namespace qnet::client_hello
