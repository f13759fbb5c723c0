// Makes a Session by cover `site`: TLS to the relay's web site, one request with a token, and Noise inside.
#pragma once

#include "foundation/crypto/certificate.hpp"
#include "overlay/session/htx_dialer.hpp"

namespace qnet::site {

/// How the TLS connection looks, and what it believes.
struct Browser {
  const client_hello::Template& hello;
  const crypto::TrustStore& authorities;
};

/// By relay.cover, which must not be Cover::mirror. What `browser` holds must outlive the call, `random` the
/// session.
net::Task<base::Result<session::Dialled>> dial(session::RelayAddress relay, Browser browser,
                                               session::Protocols protocols, base::RandomSource& random);

}  // namespace qnet::site
