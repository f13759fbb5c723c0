// A template in plain words, for people.
#pragma once

#include <string>

#include "base/random.hpp"
#include "htx/template.hpp"

namespace qnet::htx {

/// Its fields in their order, and the fingerprints of a hello for www.example.com.
[[nodiscard]] std::string describe_template(const Template& browser, base::RandomSource& random);

}  // namespace qnet::htx
