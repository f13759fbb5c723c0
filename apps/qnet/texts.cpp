#include "texts.hpp"

#include <fmt/core.h>

#include "error.hpp"
#include "node/proxy_password.hpp"

namespace qnet::cli {

std::string demo_text(const Settings& s, std::string_view program) {
  return fmt::format(
      R"(QNet's demo network is running on this machine: a super peer with an exit, two relays, a client and a web site.

  Proxy   127.0.0.1:{0}   SOCKS5, and HTTP CONNECT
  Page    http://127.0.0.1:{1}/   (in a browser; {3} open opens it with its buttons)

Try, in another terminal:
  curl --socks5-hostname 127.0.0.1:{0} http://site.qnet.demo/
  chromium --user-data-dir=/tmp/qnet-demo --proxy-server=socks5://127.0.0.1:{0} \
      --webrtc-ip-handling-policy=disable_non_proxied_udp http://site.qnet.demo/
  {3} status{2}

Stop it with Ctrl-C.
)",
      s.socks_port, s.status_port,
      s.status_port == 8088 ? "" : fmt::format(" --status-port {}", s.status_port), program);
}

std::string software_name() { return "qnet " QNET_VERSION; }

std::string started_text(const Settings& s) {
  const auto status =
      fmt::format("  Page    http://127.0.0.1:{}/   (qnet open opens it with its buttons)\n", s.status_port);
  if (s.helper_mode == HelperMode::client) {
    constexpr std::string_view kSpeaks = "SOCKS5 (with host names: socks5h), and HTTP CONNECT";
    std::string proxy;
    if (s.socks_tcp) proxy += fmt::format("  Proxy   {}:{}   {}\n", s.socks_bind, s.socks_port, kSpeaks);
    if (!s.socks_unix.empty())
      proxy += fmt::format("  Proxy   unix:{}   {}\n", s.socks_unix.string(), kSpeaks);
    if (s.socks_auth_made)
      proxy += fmt::format("  User    qnet, with the password in {}\n",
                           node::proxy_password_file(s.state_dir).string());
    return fmt::format(
        "QNet is running as client.\n{}{}{}", proxy, status,
        s.peers.empty() && s.operators.empty()
            ? "  It was given no relay: add an invite (qnet://...) on the page, or start it with --peer or "
              "--operators. To try QNet on this machine alone, run qnet demo.\n"
            : "");
  }
  return fmt::format(
      "QNet is running as {}.\n  Peers   {}, looking like {} to everybody else\n{}  Invite  qnet invite "
      "--state-dir {}\n",
      to_text(s.helper_mode), s.listen.to_text(), s.cover_name, status, s.state_dir.string());
}

std::string open_plain_warning(const std::string& address) {
  return fmt::format(
      "Warning: --behind-proxy listens on {} without TLS, not on this machine alone: let only the web server "
      "in "
      "front reach it, or listen on 127.0.0.1.\n",
      address);
}

std::string open_proxy_warning(const std::string& address) {
  return fmt::format(
      "Warning: the proxy listens on {}, not on this machine alone: whoever reaches it there can use it{}.\n",
      address, " and see who does; --socks-auth asks for a password, but sends it unprotected");
}

namespace {

base::Result<void> take_source_addresses(const Settings& s, net::SourceAddresses& to) {
  for (const auto& text : s.exit_bind) {
    const auto address = boost::asio::ip::make_address(text);
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code code;
    socket.open(address.is_v4() ? net::tcp::v4() : net::tcp::v6(), code);
    if (!code) socket.bind({address, 0}, code);
    if (code)
      return base::fail(
          Errc::bad_value,
          fmt::format("--exit-bind {}: this machine has no such address; `ip address` lists them", text));
    (address.is_v4() ? to.v4 : to.v6) = address;
  }
  return {};
}

/// The cover origin by its name: a client asks for it to see whether anything comes back from the web. Every
/// stranger who connects to this relay is shown it anyway.
std::optional<exit::AllowEntry> allowed_cover_origin(const Settings& s) {
  boost::system::error_code name;
  if (!s.cover_origin || (boost::asio::ip::make_address(s.cover_origin->host, name), name))
    return std::nullopt;
  auto entry = exit::parse_allow_entry(s.cover_name + ":443=" + s.cover_origin->to_text());
  return entry ? std::optional(std::move(*entry)) : std::nullopt;
}

}  // namespace

base::Result<exit::ServiceOptions> exit_options(const Settings& s) {
  exit::ServiceOptions options;
  options.policy.ports = s.exit_ports;
  options.max_connections = s.exit_max_connections;
  for (const auto& text : s.exit_allow) {
    auto entry = exit::parse_allow_entry(text);
    if (!entry)
      return base::fail(Errc::bad_value, fmt::format("--exit-allow {}: {}", text, entry.error().message()));
    options.policy.allow.push_back(std::move(*entry));
  }
  if (auto origin = allowed_cover_origin(s)) options.policy.allow.push_back(std::move(*origin));
  // Behind a translating router the public address is none of the machine's own, but leads to it.
  boost::system::error_code name;
  if (s.advertise)
    if (const auto address = boost::asio::ip::make_address(s.advertise->host, name); !name)
      if (const auto own = ip::IpAddress::parse(address.to_string()))
        options.policy.own_addresses.push_back(*own);
  if (auto bound = take_source_addresses(s, options.from); !bound) return base::forward_error(bound);
  if (!s.no_exit_log) options.log_folder = s.state_dir / "logs";
  for (const auto& server : s.dns_servers)
    options.name_servers.emplace_back(boost::asio::ip::make_address(server.host), server.port);
  return options;
}

}  // namespace qnet::cli
