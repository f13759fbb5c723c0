// An exit for the streams of all cores: one policy, one limit, and for each core a resolver.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "edge/exit/serve.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::exit {

struct ServiceOptions {
  PolicyOptions policy;                   ///< this machine's own addresses are added
  dns::Lookup::NameServers name_servers;  ///< empty for the system's
  std::size_t max_connections = kDefaultMaxConnections;
  net::SourceAddresses from{};         ///< of connections to sites and of questions to name servers
  std::filesystem::path log_folder{};  ///< for exit-blocked.log (BlockedLog); empty: there is none
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
