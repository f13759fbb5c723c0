// Rules beyond syntax: a relay can recognise the hello of a template, and it fits a record.
#pragma once

#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

[[nodiscard]] base::Result<void> check_template(const Template& browser);

}  // namespace qnet::client_hello
