// Names to addresses, by the DNS alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "foundation/net/byte_stream.hpp"
#include "protocol/dns/lookup.hpp"

namespace qnet::dns {

struct ResolverOptions {
  /// Empty for the system's.
  Lookup::NameServers name_servers = {};
  Timing timing = {};
  Lookup::Sources from = {};
  /// Names looked up at once. Each holds about 100 KiB in c-ares, so this is 13 MiB at most.
  std::size_t max_lookups = 128;
  /// Names remembered for their TTL, at most a minute. 0 remembers none.
  std::size_t cache_entries = 1024;
};

/// Lives on one io_context of one thread. May be destroyed while coroutines wait in resolve(): they get
/// `cancelled`.
class Resolver {
 public:
  Resolver(const boost::asio::any_io_executor& executor, ResolverOptions options);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// `name` as ip::ip::parse_host() gives it. All callers for one name at one time share one lookup. The
  /// addresses are as the DNS gave them, unchecked. Errors: name_not_found, name_service_failed, timeout,
  /// limit_reached, cancelled.
  net::Task<base::Result<std::vector<ip::IpAddress>>> resolve(std::string name);

  [[nodiscard]] std::size_t lookups_running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace qnet::dns
