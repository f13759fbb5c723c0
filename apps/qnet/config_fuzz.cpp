// Any bytes as a configuration file: what is taken leaves every setting in its range, and invites that a
// client can use.
#include <algorithm>
#include <array>
#include <cstdlib>

#include <boost/asio/ip/address.hpp>

#include "config_file.hpp"
#include "edge/exit/allow_entry.hpp"
#include "overlay/peer/invite.hpp"
#include "settle.hpp"

namespace {

using namespace qnet;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_address(const std::string& text) {
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(text, error);
  return !error;
}

void check_lists(const cli::Settings& s) {
  for (const auto* const list : {&s.peers, &s.operators})
    for (const auto& link : *list) require(peer::Invite::parse(link).has_value());
  require(s.exit_ports.size() >= 2 && s.exit_ports[0] == 80 && s.exit_ports[1] == 443);
  auto ports = s.exit_ports;
  std::ranges::sort(ports);
  require(ports[0] > 0 && std::ranges::adjacent_find(ports) == ports.end());
  for (const auto& entry : s.exit_allow) require(exit::parse_allow_entry(entry).has_value());
  for (const auto& server : s.dns_servers) require(is_address(server.host) && server.port > 0);
}

void check_relay(const cli::Settings& s) {
  require(s.cover_origin.has_value() && peer::is_host_name(s.cover_name) && !s.state_dir.empty());
  if (cli::has_exit(s.helper_mode)) require(s.abuse_email.find('@') != std::string::npos);
}

void check(const cli::Settings& s) {
  constexpr std::array<std::string_view, 5> levels = {"error", "warning", "info", "debug", "trace"};
  require(s.command == cli::Command::run && cli::to_text(s.helper_mode) != "?");
  require(s.socks_port > 0 && s.status_port > 0 && s.listen.port > 0);
  require(is_address(s.socks_bind) && is_address(s.listen.host));
  if (s.socks_auth)
    require(!s.socks_auth->user.empty() && s.socks_auth->user.size() <= 255 &&
            s.socks_auth->password.size() <= 255);
  for (const auto* const address : {&s.advertise, &s.cover_origin})
    if (*address) require(peer::parse_host_port((*address)->to_text()) == **address);
  require(std::ranges::find(levels, s.log_level) != levels.end());
  require(s.log_destinations || s.log_level != "trace");
  require(s.threads <= 256 && s.exit_max_connections >= 1 && s.exit_max_connections <= 1'000'000);
  require(s.state_dir.native().find('\0') == std::string::npos);
  check_lists(s);
  // A client may start without an invite: its page takes one.
  if (s.helper_mode != cli::HelperMode::client) check_relay(s);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::text_of({data, size});
  const auto given = cli::parse_config(text, "qnet.toml");
  if (!given) {
    require(given.error().message().find("qnet.toml, line ") != std::string::npos);
    return 0;
  }
  const auto settings = cli::settle(cli::Command::run, {&*given, 1}, [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/home/ada") : std::nullopt;
  });
  if (settings) check(*settings);
  return 0;
}
