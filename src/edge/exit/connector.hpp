// From a destination as a person's program named it to a TCP connection, or a reason why not.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "edge/exit/blocked_log.hpp"
#include "edge/exit/connection_limit.hpp"
#include "edge/exit/counters.hpp"
#include "edge/exit/policy.hpp"
#include "foundation/net/connect_race.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/dns/resolver.hpp"

namespace qnet::exit {

/// EXIT_MAX_CONNECTIONS unless set: with its peer's streams this stays well under a usual limit of 4096
/// descriptors.
inline constexpr std::size_t kDefaultMaxConnections = 1000;

/// What the connectors of all threads have in common.
struct Shared {
  explicit Shared(Policy rules, std::size_t max_connections = kDefaultMaxConnections,
                  net::SourceAddresses source = {})
      : policy(std::move(rules)), from(std::move(source)), limit(max_connections) {}
  const Policy policy;
  const net::SourceAddresses from;  ///< of connections to sites
  ConnectionLimit limit;
  Counters counters;
  std::shared_ptr<BlockedLog> blocked{};  ///< of refusals; null for none. Set before there is a connector
};

struct ConnectorTiming {
  /// From the request to the connection, the name's lookup included: a browser gives up after longer.
  std::chrono::milliseconds deadline{10'000};
  std::chrono::milliseconds stagger{250};
};

/// A connection to a checked address. Holds one place of the limit until it is destroyed.
struct Connection {
  net::tcp::socket socket;    ///< connected, without Nagle's delay
  net::tcp::endpoint remote;  ///< the very address that was checked; never for a log
  ConnectionLimit::Permit permit;
};

/// Lives on one io_context of one thread, on which connect() is awaited.
class Connector {
 public:
  /// `resolver` is of the same io_context. It and the connector must outlive every connect().
  Connector(std::shared_ptr<Shared> shared, dns::Resolver& resolver, ConnectorTiming timing = {})
      : shared_(std::move(shared)), resolver_(resolver), timing_(timing) {}

  /// `host` is any bytes. A name with one forbidden address among its addresses is refused as a whole: no
  /// honest site has one, and a site that mixes them is probing or rebinding. Counts every outcome; refusals
  /// go to Shared::blocked too. The error is one of Errc; that of `not_allowed` says in its context what kind
  /// of place it is, and none says which. Each `holder` has a share of the places.
  net::Task<base::Result<Connection>> connect(std::string host, std::uint16_t port, Holder holder = {});

 private:
  net::Task<base::Result<Connection>> checked_connect(std::string host, std::uint16_t port, Holder holder);
  net::Task<base::Result<std::vector<ip::IpAddress>>> checked_resolve(std::string name, std::uint16_t port);
  [[nodiscard]] tl::unexpected<base::Error> refuse(Refusal reason, std::string kind);

  std::shared_ptr<Shared> shared_;
  dns::Resolver& resolver_;
  ConnectorTiming timing_;
};

}  // namespace qnet::exit
