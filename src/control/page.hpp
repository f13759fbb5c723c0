// GET /: the status page.
#pragma once

#include "protocol/http/router.hpp"

namespace qnet::control {

/// A client that does not take gzip is no browser: it is told where the same stands as text.
[[nodiscard]] http::Route page_route();

}  // namespace qnet::control
