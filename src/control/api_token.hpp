// A request that changes a running QNet must show this secret. Programs of other users on this machine reach
// its port, and so do pages in a browser; only this user reads the file.
#pragma once

#include <filesystem>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"

namespace qnet::control {

/// `api-token` in a state folder.
[[nodiscard]] std::filesystem::path token_file(const std::filesystem::path& folder);

/// 43 characters of base64url: 32 random bytes. Errors: no_token (the file is not there), token_exposed
/// (others than its owner have rights on it), token_unreadable (also one that is damaged).
[[nodiscard]] base::Result<std::string> load_token(const std::filesystem::path& folder);

/// Makes folder and file (0600) where there are none. Several processes with one folder get one token.
/// Errors: token_exposed, token_unreadable, token_unwritable.
[[nodiscard]] base::Result<std::string> load_or_create_token(const std::filesystem::path& folder,
                                                             base::RandomSource& random);

}  // namespace qnet::control
