// What a person reads when QNet has started.
#pragma once

#include <string>
#include <string_view>

#include "edge/exit/service.hpp"
#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// `program` is how this one was called, so that the lines to try work from the same folder.
[[nodiscard]] std::string demo_text(const Settings& settings, std::string_view program);
/// "qnet 0.1.0", as descriptors tell it.
[[nodiscard]] std::string software_name();
[[nodiscard]] std::string started_text(const Settings& settings);
/// Behind a proxy, but reachable from elsewhere.
[[nodiscard]] std::string open_plain_warning(const std::string& address);
[[nodiscard]] std::string open_proxy_warning(const std::string& address);

/// The exit's part of the settings, with its allow entries read.
[[nodiscard]] base::Result<exit::ServiceOptions> exit_options(const Settings& settings);

}  // namespace qnet::cli
