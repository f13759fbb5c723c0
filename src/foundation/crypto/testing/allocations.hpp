// Counts every allocation of this process: C++'s by operator new, OpenSSL's by its own hook. A program that
// links allocations.cpp is counted from its start.
#pragma once

#include <cstddef>

namespace qnet::crypto::testing {

[[nodiscard]] std::size_t allocations();

/// Whether OpenSSL took the hook; without it the count is C++'s only.
[[nodiscard]] bool allocations_are_counted();

}  // namespace qnet::crypto::testing
