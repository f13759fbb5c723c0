// Makes a Link by cover `site`: TLS to the relay's web site, one request with a token, and Noise inside.
#pragma once

#include <memory>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/crypto/certificate.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/link/dialers.hpp"

namespace qnet::site {

/// How the TLS connection looks, and what it believes.
struct Browser {
  const client_hello::Template& hello;
  const crypto::TrustStore& authorities;
  /// Who we are to the relay; null: nobody, with a key that is fresh for each link. On the wire it is sealed.
  const crypto::X25519KeyPair* own_key = nullptr;
};

/// By relay.cover, which must be one of site's. What `browser` holds must outlive the call, `random` the
/// link.
net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay, Browser browser,
                                            base::RandomSource& random);

/// Adds cover `site`, all three forms, to a node's transports. `random` must outlive their links. `own_key`
/// as in Browser; `others` are for RelayAddress::look from 1 on.
void add_dialer(link::Dialers& dialers, const client_hello::Template& hello,
                std::shared_ptr<const crypto::TrustStore> authorities, base::RandomSource& random,
                std::shared_ptr<const crypto::X25519KeyPair> own_key = nullptr,
                const std::vector<client_hello::Template>& others = {});

}  // namespace qnet::site
