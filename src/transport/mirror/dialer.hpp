// Makes a Link by cover `mirror`: shakes hands with a relay as a browser would with its cover origin.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/crypto/certificate.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/link/dialers.hpp"
#include "transport/mirror/visit_places.hpp"

namespace qnet::mirror {

/// How a connection looks, and what it believes where an ordinary web server answers.
struct Browser {
  client_hello::Template hello;
  /// Asked only there. Null, or gives null: the server's own certificate is looked at alone.
  std::function<std::shared_ptr<const crypto::TrustStore>()> authorities;
  /// Whether a visit goes on where an ordinary web server has answered. For clients only: a directory probes
  /// any address that somebody registers, and must not visit it.
  bool loads_pages = false;
  /// Of those visits; shared by all dials.
  VisitPlaces places{};
  /// Who we are to the relay; null: nobody, with a key that is fresh for each link. On the wire it is sealed.
  std::shared_ptr<const crypto::X25519KeyPair> own_key{};
  /// For RelayAddress::look from 1 on. dial() alone does not look at it.
  std::vector<client_hello::Template> others{};
};

/// `browser` must outlive the call, `random` the link. Where nobody recognises us, the far end may be an
/// ordinary web server: then this fails at once, and a browser's visit of its page goes on beside it
/// (docs/spec/htx.md §5.1); of VisitPlaces::most at once.
net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay, const Browser& browser,
                                            base::RandomSource& random);

/// Adds cover `mirror` to a node's transports. `random` must outlive their links.
void add_dialer(link::Dialers& dialers, Browser browser, base::RandomSource& random);

}  // namespace qnet::mirror
