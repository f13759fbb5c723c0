// Whether a program's proxy setting leads to QNet, to nothing, or to somebody else.
#pragma once

#include <functional>

#include "doctor/finding.hpp"
#include "doctor/proxy_settings.hpp"

namespace qnet::cli {

struct ProxyFacts {
  std::string qnet_host;  ///< of QNet's proxy
  std::uint16_t qnet_port = 0;
  std::uint16_t status_port = 0;  ///< whose /proxy.pac is QNet's too
  bool runs = false;
  /// Whether a program of this machine listens on a loopback port.
  std::function<bool(std::uint16_t)> listens;
};

[[nodiscard]] Finding judge_proxy(const ProxySetting& setting, const ProxyFacts& facts);

}  // namespace qnet::cli
