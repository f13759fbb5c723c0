// Sizes and times as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace qnet::control {

/// "512 B", "1.5 MiB".
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "12 s", "3 min 5 s", "2 h 10 min", "4 d 3 h".
[[nodiscard]] std::string duration_text(std::chrono::seconds time);

}  // namespace qnet::control
