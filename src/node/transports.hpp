// Every transport that this program has: a line each, here for dialling and in apps/qnet/node_config.cpp for
// listening.
#pragma once

#include <memory>

#include "foundation/base/random.hpp"
#include "foundation/crypto/certificate.hpp"
#include "overlay/session/dialer.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::node {

/// Connections look like `browser`'s. `authorities` is who vouches for the certificates of cover `site`; null
/// where no relay of that cover is dialled. `random` must outlive the dialer and its sessions.
[[nodiscard]] std::shared_ptr<const session::Dialer> make_dialer(
    const client_hello::Template& browser, const std::shared_ptr<const crypto::TrustStore>& authorities,
    base::RandomSource& random);

}  // namespace qnet::node
