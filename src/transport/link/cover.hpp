// What a relay's connections are hidden in. The numbers stand in invites and descriptors
// (docs/spec/directory.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qnet::link {

/// Open: a transport that is in no invite, as those of tests, takes a number of its own from `first_private`
/// on.
enum class Cover : std::uint8_t {
  mirror = 0,
  site_h2 = 1,                 ///< a stream of HTTP/2, bound to the relay's own TLS
  site_websocket = 2,          ///< the same in a WebSocket
  site_websocket_unbound = 3,  ///< a WebSocket through a web server that ends TLS in front of the relay
  first_private = 0xf0,
};

/// Of an invite or descriptor; nothing for a number that this program does not know.
[[nodiscard]] std::optional<Cover> cover_of_number(std::uint64_t number);

/// "site-h2": as the directory's API shows it. "private" for the others.
[[nodiscard]] std::string_view name_of(Cover cover);

}  // namespace qnet::link
