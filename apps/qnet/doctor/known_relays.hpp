// The relays that are known here by an invite.
#pragma once

#include <vector>

#include "doctor/facts.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::cli {

struct KnownRelay {
  peer::Invite invite;
  enum class From { given, kept, operators, own } from = From::given;
};

/// Those of --peer, those that the state folder keeps, those of --operators, and of a relay that runs its
/// own. Each address once.
[[nodiscard]] std::vector<KnownRelay> relays_known(const Facts& facts);

}  // namespace qnet::cli
