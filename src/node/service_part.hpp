// A node as a service: it tells the service manager how it is, and takes SIGHUP as a wish to read its options
// again.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/controls.hpp"
#include "control/status.hpp"
#include "node/part.hpp"
#include "node/process.hpp"
#include "node/service_manager.hpp"

namespace qnet::node {

/// What the options say now that they did not say before.
struct ChangedOptions {
  std::optional<std::size_t> hops{};
  std::optional<std::vector<std::string>> exit_countries{};
  std::optional<std::string> log_level{};
  std::vector<std::string> need_restart{};  ///< the names of others
};

struct ServiceConfig {
  std::shared_ptr<const ServiceManager> manager{};  ///< null for none
  /// Reads the options again; an error says why they cannot be used, and then nothing changes. Null: SIGHUP
  /// ends the process, as the system does by itself.
  std::function<base::Result<ChangedOptions>()> reread{};
};

/// To be a node's last part: when it joins, the others serve. `offer` adds what the node's parts offer, once
/// they have started.
[[nodiscard]] std::unique_ptr<Part> service_part(Process& process, ServiceConfig config,
                                                 std::function<control::Status()> source,
                                                 std::function<void(control::Controls&)> offer);

}  // namespace qnet::node
