// A template in plain words, for people.
#pragma once

#include <string>

#include "foundation/base/random.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

/// Its fields in their order, and the fingerprints of a hello for www.example.com.
[[nodiscard]] std::string describe_template(const Template& browser, base::RandomSource& random);

}  // namespace qnet::client_hello
