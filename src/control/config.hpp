// How a running QNet is set up, as the API says it. It has no secret: neither passwords nor invites.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qnet::control {

struct Config {
  std::string helper_mode;
  std::optional<std::size_t> hops{};  ///< as the next, of a client
  std::vector<std::string> exit_countries{};
  std::string log_level{};
  std::string socks_address{};  ///< empty where there is none, as the next
  bool socks_password = false;
  std::string status_address{};
  std::string listen_address{};
  std::string browser_template{};
  std::string state_dir{};
  std::size_t operators = 0;  ///< how many
  std::size_t peers = 0;      ///< how many were named
  std::optional<bool> early_request{};
  std::optional<bool> lan_discovery{};
};

/// What POST /config changes; what is not there stays as it is.
struct ConfigChange {
  std::optional<std::size_t> hops{};
  std::optional<std::vector<std::string>> exit_countries{};
  std::optional<std::string> log_level{};
};

struct ConfigLimits {
  static constexpr std::size_t countries = 8;
};

[[nodiscard]] std::string config_json(const Config& config);
/// Nothing for any other text, and for one that changes nothing.
[[nodiscard]] std::optional<ConfigChange> change_in(std::string_view json);

}  // namespace qnet::control
