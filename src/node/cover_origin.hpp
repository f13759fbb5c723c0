#pragma once

#include <cstdint>
#include <string>

namespace qnet::node {

/// The web site that strangers get, and that peers' connections look like.
struct CoverOrigin {
  std::string host;
  std::uint16_t port = 443;
  std::string name;  ///< what its visitors put into server_name

  /// "HOST:PORT NAME", as profiles are marked with it.
  [[nodiscard]] std::string to_text() const { return host + ":" + std::to_string(port) + " " + name; }
};

}  // namespace qnet::node
