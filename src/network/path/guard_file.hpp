// The file of a client's guards: the only I/O of this folder.
#pragma once

#include <filesystem>

#include "network/path/guard_sample.hpp"

namespace qnet::path {

/// `folder`/guards.
[[nodiscard]] std::filesystem::path guard_file(const std::filesystem::path& folder);

/// An empty sample when there is no file: this is the first start. Any other file that cannot be taken is an
/// error that names it, and never an empty sample: new guards are not drawn because a disk failed.
[[nodiscard]] base::Result<GuardSample> load_guards(const std::filesystem::path& folder);

/// Replaces the file as a whole or not at all. Only this user can read it. Makes the folder when it is
/// missing.
[[nodiscard]] base::Result<void> save_guards(const GuardSample& sample, const std::filesystem::path& folder);

}  // namespace qnet::path
