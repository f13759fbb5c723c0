// Who asks a relay for a circuit, and by what that is counted.
#pragma once

#include "overlay/circuit/who.hpp"
#include "overlay/session/stream.hpp"
#include "transport/link/link_places.hpp"

namespace qnet::circuit {

/// A client by its session, a relay by its key, however many sessions it has; and both by their address.
struct WhoAsks {
  Who one;
  Who party;

  /// `passes_on`: it is a listed relay, which asks for many clients.
  [[nodiscard]] static WhoAsks of(const session::Stream& upstream, bool passes_on) {
    const auto& facts = upstream.facts();
    const auto party = link::party_of(facts.remote_address);
    if (passes_on) return {Who::relay(facts.peer_key), Who::relays_of(party)};
    return {Who::session(upstream.session_name()), Who::party(party)};
  }

  [[nodiscard]] bool party_is_known() const { return party.name != 0; }
  /// The one name by which all is counted that it has.
  [[nodiscard]] const Who& widest() const { return party_is_known() ? party : one; }
};

}  // namespace qnet::circuit
