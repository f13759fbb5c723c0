#include "transport/link/cover.hpp"

namespace qnet::link {

std::optional<Cover> cover_of_number(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(Cover::site_websocket_unbound)) return std::nullopt;
  return static_cast<Cover>(number);
}

std::string_view name_of(Cover cover) {
  switch (cover) {
    case Cover::mirror: return "mirror";
    case Cover::site_h2: return "site-h2";
    case Cover::site_websocket: return "site-websocket";
    case Cover::site_websocket_unbound: return "site-websocket-proxied";
    case Cover::first_private: break;
  }
  return "private";
}

}  // namespace qnet::link
