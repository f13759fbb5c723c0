// What a template must be beside well written: one that a relay can recognise, and that fits a record.
#pragma once

#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

[[nodiscard]] base::Result<void> check_template(const Template& browser);

}  // namespace qnet::client_hello
