// A directory's visits to the relays that register: whether they are there, and who they are.
#pragma once

#include <memory>

#include "network/directory_server/service.hpp"
#include "network/discovery/dialer.hpp"
#include "protocol/dns/resolver.hpp"

namespace qnet::node {

struct ProbeLimits {
  /// For a relay whose handshake is done to say who it is.
  static constexpr std::chrono::seconds answer{10};
};

/// Lives on one io_context. A visit ends within the DNS's deadline, the dialler's, and KnockLimits::answer.
class ReachabilityProbe {
 public:
  /// Addresses outside the public Internet are visited only with `private_addresses`.
  ReachabilityProbe(const boost::asio::any_io_executor& executor,
                    std::shared_ptr<const discovery::Dialer> dialer, bool private_addresses)
      : executor_(executor),
        dialer_(std::move(dialer)),
        resolver_(executor, {}),
        private_addresses_(private_addresses) {}

  /// Dials the descriptor's first address and asks who is there. A name is looked up in the DNS alone. This
  /// must outlive the call.
  net::Task<directory::ProbeResult> visit(std::shared_ptr<const directory::SignedDescriptor> descriptor);

 private:
  net::Task<std::optional<ip::IpAddress>> address_of(std::string host);
  net::Task<bool> is_there(session::Session& session, const peer::PeerId& peer);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<const discovery::Dialer> dialer_;
  dns::Resolver resolver_;
  bool private_addresses_;
};

}  // namespace qnet::node
