// What a template must be beside well written: one that a relay can recognise, and that fits a record.
#pragma once

#include "htx/template.hpp"

namespace qnet::htx {

[[nodiscard]] base::Result<void> check_template(const Template& browser);

}  // namespace qnet::htx
