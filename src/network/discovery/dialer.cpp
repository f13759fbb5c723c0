#include "network/discovery/dialer.hpp"

namespace qnet::discovery {

namespace {

session::Cover cover_of(peer::Cover cover) {
  switch (cover) {
    case peer::Cover::mirror: break;
    case peer::Cover::site_h2: return session::Cover::site_h2;
    case peer::Cover::site_websocket: return session::Cover::site_websocket;
    case peer::Cover::site_websocket_unbound: return session::Cover::site_websocket_unbound;
  }
  return session::Cover::mirror;
}

}  // namespace

net::Task<base::Result<session::Dialled>> Dialer::dial(session::RelayAddress relay) const {
  if (relay.cover == session::Cover::mirror) co_return co_await session::dial(relay, browser_, {}, random_);
  if (!site_trust_) co_return base::fail(crypto::CertificateErrc::untrusted, "no authorities are known");
  co_return co_await site::dial(relay, {browser_, *site_trust_}, {}, random_);
}

session::RelayAddress address_of(const peer::Invite& invite) {
  return {invite.address.host,    invite.address.port, invite.cover_name, invite.noise_key, {},
          cover_of(invite.cover), invite.ech_configs};
}

session::RelayAddress address_of(const directory::Descriptor& descriptor, std::size_t index) {
  const auto& address = descriptor.addresses.at(index);
  return {address.host,          address.port, descriptor.cover_name,
          descriptor.noise_key,  {},           cover_of(descriptor.cover),
          descriptor.ech_configs};
}

}  // namespace qnet::discovery
