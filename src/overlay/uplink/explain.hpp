// What a person reads about a peer that cannot be used.
#pragma once

#include <string>

#include "overlay/session/dialer.hpp"
#include "overlay/uplink/policy.hpp"

namespace qnet::uplink {

inline constexpr const char* kNoExitSentence =
    "This peer has no exit: it serves as a directory or a relay only.";

/// The error of a dial as one sentence that tells a person what to do.
[[nodiscard]] std::string explain_dial_error(const base::Error& error, const link::RelayAddress& relay,
                                             Standing standing);

}  // namespace qnet::uplink
