// What every relay does for its peers, whatever cover it stands behind, and how it tells of it.
#pragma once

#include <memory>

#include "control/status.hpp"
#include "edge/exit/service.hpp"
#include "node/counters.hpp"
#include "overlay/peer/peer_id.hpp"
#include "overlay/session/session.hpp"
#include "transport/link/counters.hpp"

namespace qnet::node {

/// For sessions on `io`. `exit` is null and `directory` empty in modes that have none.
[[nodiscard]] session::Protocols relay_protocols(const peer::PeerId& peer, exit::Service* exit,
                                                 const session::Handler& directory,
                                                 boost::asio::io_context& io,
                                                 const std::shared_ptr<Counters>& counters);

/// Adds a listener's numbers.
void add_counters(control::Counters& shown, const link::Counters& counted);
/// Adds a relay's numbers.
void add_counters(control::Counters& shown, const Counters& counted, const exit::Service* exit);

}  // namespace qnet::node
