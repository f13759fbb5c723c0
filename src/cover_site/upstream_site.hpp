// The web site of another web server: a reverse proxy over plain HTTP/1.1, for one on this machine.
#pragma once

#include <string>

#include "cover_site/exchange.hpp"
#include "cover_site/limits.hpp"

namespace qnet::cover_site {

class UpstreamSite final : public Site {
 public:
  UpstreamSite(std::string host, std::uint16_t port, const Limits& limits)
      : host_(std::move(host)), port_(port), limits_(limits) {}

  net::Task<void> serve(Exchange& exchange) const override;

 private:
  std::string host_;
  std::uint16_t port_;
  Limits limits_;
};

}  // namespace qnet::cover_site
