#include "overlay/session/dialer.hpp"

namespace qnet::session {

net::Task<base::Result<Dialled>> Dialer::dial(link::RelayAddress relay, SessionOptions options) const {
  auto dialled = co_await transports_.dial(std::move(relay));
  if (!dialled) co_return tl::unexpected(dialled.error());
  Dialled made;
  made.session = Session::start(std::move(dialled->link), mux::Role::initiator, {}, std::move(options));
  made.round_trip = dialled->round_trip;
  made.peer_time = dialled->peer_time;
  co_return made;
}

}  // namespace qnet::session
