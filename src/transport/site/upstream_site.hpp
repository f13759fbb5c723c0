// The web site of another web server: a reverse proxy over plain HTTP/1.1, for one on this machine.
#pragma once

#include <atomic>
#include <string>

#include "foundation/net/host_addresses.hpp"
#include "transport/site/exchange.hpp"
#include "transport/site/limits.hpp"

namespace qnet::site {

class UpstreamSite final : public Site {
 public:
  /// `first_proxy`: no other proxy stands between the visitors and this one.
  UpstreamSite(std::string host, std::uint16_t port, bool first_proxy, const Limits& limits)
      : upstream_(std::move(host), port), first_proxy_(first_proxy), limits_(limits) {}

  net::Task<void> serve(Exchange& exchange) const override;

 private:
  net::HostAddresses upstream_;
  bool first_proxy_;
  Limits limits_;
  mutable std::atomic<std::size_t> open_{0};
};

}  // namespace qnet::site
