// What the network group knows, as a status shows it.
#pragma once

#include "control/status.hpp"
#include "network/directory_server/service.hpp"
#include "network/discovery/membership.hpp"
#include "network/discovery/network_view.hpp"
#include "network/discovery/registrar.hpp"

namespace qnet::node {

[[nodiscard]] control::Network network_status(const discovery::NetworkView& view);
[[nodiscard]] control::Directory directory_status(const directory::Service& service);
[[nodiscard]] std::vector<control::Registered> registered_status(const discovery::Registrar& registrar);
/// A relay's rows: the network that it knows, and the directories that it tells.
void fill(control::Status& status, const discovery::Membership& membership);

}  // namespace qnet::node
