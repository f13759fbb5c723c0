// Makes a Session by cover `site`: TLS to the relay's web site, one request with a token, and Noise inside.
#pragma once

#include "openssl_tls/context.hpp"
#include "session/htx_dialer.hpp"

namespace qnet::cover_site {

/// By relay.cover, which must not be Cover::mirror. `context` says whose certificate is believed; `random`
/// must outlive the session.
net::Task<base::Result<session::Dialled>> dial(session::RelayAddress relay, openssl_tls::Context context,
                                               session::Protocols protocols, base::RandomSource& random);

}  // namespace qnet::cover_site
