// What the status API has: its routes, and who may read them.
#pragma once

#include <functional>

#include "control/controls.hpp"
#include "control/status.hpp"
#include "protocol/http/router.hpp"

namespace qnet::control {

using StatusSource = std::function<Status()>;

/// Calls `source` once for each request that needs it. Only this machine's own names are answered as Host.
/// Pages of other origins get nothing. What `controls` does not offer has no route.
[[nodiscard]] http::Router status_router(StatusSource source, Controls controls = {});

}  // namespace qnet::control
