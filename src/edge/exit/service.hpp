// `/qnet/connect/1` at an exit: reads a request, connects, answers, and joins the stream to the site.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "edge/exit/connector.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::exit {

struct ServiceLimits {
  /// For the request behind the protocol's name; it comes in the same packet.
  static constexpr std::chrono::seconds request = std::chrono::seconds(10);
  /// Without a byte either way. Longer than any pause that a program makes without a sign of life of its own.
  static constexpr std::chrono::minutes idle = std::chrono::minutes(30);
  /// A site that has vanished is noticed after this long and three probes.
  static constexpr std::chrono::minutes keep_alive = std::chrono::minutes(2);
  /// For the peer to take a refusal and end the stream.
  static constexpr std::chrono::seconds farewell = std::chrono::seconds(10);
};

struct ServiceOptions {
  PolicyOptions policy;                   ///< this machine's own addresses are added
  dns::Lookup::NameServers name_servers;  ///< empty for the system's
  std::size_t max_connections = kDefaultMaxConnections;
};

/// Serves one stream to its end; the traffic is counted as it flows.
using StreamHandler = std::function<net::Task<void>(std::unique_ptr<session::Stream>, net::Traffic&)>;

class Service {
 public:
  explicit Service(ServiceOptions options);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// For the streams of one io_context. The service must outlive it.
  [[nodiscard]] StreamHandler handler(boost::asio::io_context& io);

  [[nodiscard]] const Counters& counters() const { return shared_->counters; }
  [[nodiscard]] std::size_t open() const { return shared_->limit.open(); }

 private:
  struct Core;
  std::shared_ptr<Shared> shared_;
  dns::Lookup::NameServers name_servers_;
  std::vector<std::unique_ptr<Core>> cores_;
};

}  // namespace qnet::exit
