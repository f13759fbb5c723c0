// How browsers greet a server that they want a WebSocket from.
#pragma once

#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

/// The same browser's hello for a WebSocket: HTTP/1.1 alone, and no settings for HTTP/2 (ALPS). Chromium
/// sends it at once, Firefox when an HTTP/2 server has turned its WebSocket away (RFC 8441 §3).
[[nodiscard]] Template websocket_template(Template browser);

}  // namespace qnet::client_hello
