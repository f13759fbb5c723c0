// Names of this machine in the header field Host.
#pragma once

#include <string_view>

namespace qnet::http {

/// "localhost", "127.0.0.1" or "[::1]", with any port or none. Any other name means that a web page made its
/// own name point at this machine to read an API through a person's browser (DNS rebinding).
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace qnet::http
