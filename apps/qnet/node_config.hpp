// From settings to what node::run_node() takes: keys, invites and certificates are read here.
#pragma once

#include <filesystem>

#include "foundation/base/random.hpp"
#include "node/run.hpp"
#include "overlay/peer/invite.hpp"
#include "settings.hpp"

namespace qnet::cli {

[[nodiscard]] base::Result<node::NodeConfig> node_config(const Settings& settings,
                                                         base::RandomSource& random);

/// What `qnet invite` must know of a relay that was started here before.
[[nodiscard]] std::filesystem::path invite_file(const Settings& settings);
/// By the flags.
[[nodiscard]] link::Cover cover_of(const Settings& settings);

}  // namespace qnet::cli
