// Makes a Link by cover `mirror`: shakes hands with a relay as a browser would with its cover origin.
#pragma once

#include "foundation/base/random.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/link/dialers.hpp"

namespace qnet::mirror {

/// `browser` must outlive the call, `random` the link.
net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay, const client_hello::Template& browser,
                                            base::RandomSource& random);

/// Adds cover `mirror` to a node's transports. `random` must outlive their links.
void add_dialer(link::Dialers& dialers, const client_hello::Template& browser, base::RandomSource& random);

}  // namespace qnet::mirror
