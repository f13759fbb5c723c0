// What a running QNet lets others ask of it and change, beside its status.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/config.hpp"
#include "control/mode.hpp"
#include "foundation/base/result.hpp"
#include "protocol/http/router.hpp"

namespace qnet::control {

/// For a program that is to use the proxy. Secret.
struct ProxyAccess {
  std::string address;
  std::string user{};  ///< both empty where programs need no password
  std::string password{};
};

/// A function that is null is not offered: its path is 404. All are called on the server's io_context, and
/// none after its stop(). Errors are sentences for people.
struct Controls {
  /// A request that changes something, or asks for a secret, shows it as "Authorization: Bearer …"
  /// (api_token.hpp). Empty: nobody can.
  std::string token{};
  std::string token_file{};  ///< its name, told to those who lack it

  std::function<Config()> config{};
  std::function<std::string(std::size_t lines)> log_tail{};
  std::function<ProxyAccess()> proxy{};
  /// qnet://… of this peer, by which others find it.
  std::function<std::string()> invite{};

  /// All of a client: for new connections from now on.
  std::function<base::Result<void>(std::size_t hops)> set_hops{};
  std::function<base::Result<void>(std::vector<std::string> countries)> set_exit_countries{};
  std::function<void()> new_path{};
  /// Its proxy refuses everything from now on; then works again.
  std::function<void()> disconnect{};
  std::function<void()> connect{};
  /// Keeps a peer that somebody has shared, and tries it.
  std::function<base::Result<void>(const std::string& link)> add_invite{};

  std::function<base::Result<void>(const std::string& level)> set_log_level{};

  std::vector<http::Route> more{};  ///< further paths
};

}  // namespace qnet::control
