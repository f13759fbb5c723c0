#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "foundation/crypto/certificate.hpp"

namespace qnet::mirror {

/// The web site that strangers get, and that peers' connections look like.
struct CoverOrigin {
  std::string host;
  std::uint16_t port = 443;
  std::string name;  ///< what its visitors put into server_name
  /// Who vouches for its certificate. Null believes anybody, for a report that says so: whoever stands
  /// between a relay and its origin would otherwise decide how the relay answers.
  std::shared_ptr<const crypto::TrustStore> authorities{};

  /// "HOST:PORT NAME", as profiles are marked with it.
  [[nodiscard]] std::string to_text() const { return host + ":" + std::to_string(port) + " " + name; }
};

}  // namespace qnet::mirror
