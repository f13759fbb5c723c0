// What the status API answers, without I/O: the parts of a request in, a reply out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "control/status.hpp"

namespace qnet::control {

struct Request {
  std::string_view method;
  std::string_view target;  ///< as sent, with its query
  std::string_view host;    ///< the one Host field; empty when there is none or more than one
};

struct Reply {
  unsigned status = 200;
  std::string content_type;
  std::string body;
};

using StatusSource = std::function<Status()>;

/// Calls `source` only for a route that needs it.
[[nodiscard]] Reply answer(const Request& request, const StatusSource& source);

/// {"error": …, "hint": …}
[[nodiscard]] Reply error_reply(unsigned status, std::string_view error, std::string_view hint);

/// "localhost", "127.0.0.1" or "[::1]", with any port or none. Any other name means that a web page made its
/// own name point at this machine to read the API through a person's browser (DNS rebinding).
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace qnet::control
