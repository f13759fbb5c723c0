// How much memory this process may use: the machine's, or less where a container or a limit says so.
#pragma once

#include <cstddef>
#include <filesystem>

namespace qnet::node {

/// In bytes: the least of the machine's memory, the limits of this process's control groups (v2 memory.max,
/// v1 memory.limit_in_bytes, of the group and of those above it), RLIMIT_AS and RLIMIT_DATA. `root`: where
/// /proc and /sys are.
[[nodiscard]] std::size_t memory_limit(const std::filesystem::path& root = "/");

/// The process's own part of it: the least of RLIMIT_AS and RLIMIT_DATA, SIZE_MAX without them. Allocates
/// nothing.
[[nodiscard]] std::size_t process_limit();

/// What all sessions of a relay may hold: a quarter of that.
[[nodiscard]] std::size_t session_memory(std::size_t memory_limit);

}  // namespace qnet::node
