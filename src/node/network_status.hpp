#pragma once

#include "control/status.hpp"
#include "network/directory_server/service.hpp"
#include "network/discovery/network_view.hpp"
#include "network/discovery/registrar.hpp"

namespace qnet::node {

[[nodiscard]] control::Network network_status(const discovery::NetworkView& view);
[[nodiscard]] control::Directory directory_status(const directory::Service& service);
[[nodiscard]] std::vector<control::Registered> registered_status(const discovery::Registrar& registrar);

}  // namespace qnet::node
