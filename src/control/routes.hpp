// What the status API has: its routes, and who may read them.
#pragma once

#include <functional>

#include "control/mode.hpp"
#include "control/status.hpp"
#include "protocol/http/router.hpp"

namespace qnet::control {

using StatusSource = std::function<Status()>;

/// Calls `source` once for each request that needs it. Only this machine's own names are answered as Host.
/// Where `controls` can change nothing, there is no route for that.
[[nodiscard]] http::Router status_router(StatusSource source, Controls controls = {});

}  // namespace qnet::control
