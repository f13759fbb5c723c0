// The path in the web site, and the name of the cookie, by which a client asks for a session. Each relay has
// others (docs/spec/htx-site.md §2).
#pragma once

#include <string>

#include "foundation/crypto/x25519.hpp"

namespace qnet::site {

struct Names {
  std::string path;    ///< "/api/media/queue"
  std::string cookie;  ///< "session_kf"
};

/// Whoever does not know the relay's Noise key cannot guess them.
[[nodiscard]] Names names_of(const crypto::X25519Public& relay_static);

}  // namespace qnet::site
