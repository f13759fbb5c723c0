// Asks the status API of a running QNet; for `qnet status`, `qnet mode` and the like.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/error.hpp"
#include "foundation/base/result.hpp"

namespace qnet::control {

struct Fetched {
  unsigned status = 0;  ///< HTTP's
  std::string body;     ///< at most 4 MiB
};

/// GETs `target` from an address (never a name to resolve). Blocks for `deadline` at most, all in all.
/// Errors: nothing_listens, no_answer, bad_answer.
[[nodiscard]] base::Result<Fetched> fetch(const std::string& address, std::uint16_t port,
                                          std::string_view target,
                                          std::chrono::milliseconds deadline = std::chrono::seconds(3));

/// The same for what only those may read who show `token` (api_token.hpp).
[[nodiscard]] base::Result<Fetched> fetch_secret(
    const std::string& address, std::uint16_t port, std::string_view target, std::string_view token,
    std::chrono::milliseconds deadline = std::chrono::seconds(3));

/// POSTs a JSON text, and shows `token` (api_token.hpp). All else as fetch().
[[nodiscard]] base::Result<Fetched> post(const std::string& address, std::uint16_t port,
                                         std::string_view target, std::string body, std::string_view token,
                                         std::chrono::milliseconds deadline = std::chrono::seconds(3));

}  // namespace qnet::control
