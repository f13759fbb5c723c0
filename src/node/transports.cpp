#include "node/transports.hpp"

#include "transport/mirror/dialer.hpp"
#include "transport/site/dialer.hpp"

namespace qnet::node {

std::shared_ptr<const session::Dialer> make_dialer(
    const client_hello::Template& browser, const std::shared_ptr<const crypto::TrustStore>& authorities,
    base::RandomSource& random) {
  link::Dialers transports;
  mirror::add_dialer(transports, browser, random);
  if (authorities) site::add_dialer(transports, browser, authorities, random);
  return std::make_shared<const session::Dialer>(std::move(transports), random);
}

}  // namespace qnet::node
