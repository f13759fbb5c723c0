// qnet template list, show and capture: what they do and print.
#pragma once

#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

base::Result<void> list_templates();
base::Result<void> show_template(const Settings& settings);
base::Result<void> capture_template(const Settings& settings);

}  // namespace qnet::cli
