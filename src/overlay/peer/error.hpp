#pragma once

#include <string_view>

namespace qnet::peer {

enum class Errc {
  not_an_invite = 1,
  damaged_invite,
  newer_invite,
  forged_invite,
  bad_address,
  bad_cover_name,
  bad_peer_id,
  bad_message,
  identity_missing,
  identity_unreadable,
  identity_damaged,
  identity_exposed,
  identity_unwritable,
  family_missing,
  family_unreadable,
  family_damaged,
  family_exposed,
  family_unwritable,
  family_there,
};

[[nodiscard]] inline const char* error_domain(Errc) { return "peer"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::peer
