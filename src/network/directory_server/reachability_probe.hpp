// A directory's reachability probe: whether a relay that registers can be reached, and whether it is that
// peer.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "foundation/ip/ip_address.hpp"
#include "foundation/net/byte_stream.hpp"
#include "network/directory_server/service.hpp"
#include "overlay/session/dialer.hpp"
#include "overlay/session/session.hpp"
#include "protocol/dns/resolver.hpp"

namespace qnet::directory {

struct ReachabilityLimits {
  /// For a relay to give its peer id, once its handshake is done.
  static constexpr std::chrono::seconds answer{10};
};

/// Lives on one io_context. A probe ends within the deadlines of the DNS, of the dialer, and
/// ReachabilityLimits::answer.
class ReachabilityProbe {
 public:
  /// Addresses outside the public Internet are probed only with `private_addresses`.
  ReachabilityProbe(const boost::asio::any_io_executor& executor,
                    std::shared_ptr<const session::Dialer> dialer, bool private_addresses)
      : executor_(executor),
        dialer_(std::move(dialer)),
        resolver_(executor, {}),
        private_addresses_(private_addresses) {}

  /// Dials the descriptor's first address and asks for the peer id there. Gives the IP address at which the
  /// descriptor's peer answered, and what measures it there; or nothing. A name is looked up in the DNS
  /// alone. This must outlive the call.
  net::Task<std::optional<Found>> run(std::shared_ptr<const SignedDescriptor> descriptor);

 private:
  net::Task<std::optional<ip::IpAddress>> address_of(std::string host);
  net::Task<bool> is_there(session::Session& session, const peer::PeerId& peer);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<const session::Dialer> dialer_;
  dns::Resolver resolver_;
  bool private_addresses_;
};

}  // namespace qnet::directory
