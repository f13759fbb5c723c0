// Runs one node in this process: `qnet run`.
#pragma once

#include <functional>

#include "node/compose.hpp"

namespace qnet::node {

/// Runs until SIGINT or SIGTERM. `started` is called once, when everything listens.
[[nodiscard]] base::Result<void> run_node(NodeConfig config, const std::function<void()>& started);

}  // namespace qnet::node
