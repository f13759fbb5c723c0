// The routes by which a running QNet is changed, and those that tell a secret. All need the API's token.
#pragma once

#include <memory>
#include <vector>

#include "control/controls.hpp"
#include "protocol/http/router.hpp"

namespace qnet::control {

/// Adds those that `controls` offers.
void add_changes(std::vector<http::Route>& all, const std::shared_ptr<const Controls>& controls);

}  // namespace qnet::control
