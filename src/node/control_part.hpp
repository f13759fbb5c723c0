// The status server as a part of a node.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "control/controls.hpp"
#include "control/status.hpp"
#include "foundation/logging/ring.hpp"
#include "foundation/net/local_users.hpp"
#include "foundation/net/tcp.hpp"
#include "node/part.hpp"
#include "node/process.hpp"

namespace qnet::node {

struct ControlConfig {
  net::tcp::endpoint at;
  std::string flag;  ///< told when `at` cannot be listened on
  std::function<control::Status()> source;
  /// Adds what the node's parts offer, once they have started.
  std::function<void(control::Controls&)> offer;
  /// Of the secret that a change needs; empty: nothing can be changed.
  std::filesystem::path token_folder{};
  std::shared_ptr<const logging::Ring> log{};  ///< its last lines; null: there is no /logs
  std::shared_ptr<net::LocalUsers> users{};    ///< whose programs are answered; null: everybody's
};

/// For every node: control::Controls::set_log_level.
[[nodiscard]] base::Result<void> set_log_level(const std::string& level);

[[nodiscard]] std::unique_ptr<Part> control_part(Process& process, ControlConfig config);

}  // namespace qnet::node
