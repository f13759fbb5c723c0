#include "option_table.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <boost/asio/ip/address.hpp>

#include "edge/exit/allow_entry.hpp"
#include "network/directory/descriptor.hpp"
#include "overlay/peer/invite.hpp"
#include "protocol/tls/ech_config.hpp"
#include "template_names.hpp"

namespace qnet::cli {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_value: return "a value cannot be used";
    case Errc::unknown_key: return "the configuration file has an unknown key";
    case Errc::unknown_flag: return "unknown option";
    case Errc::unknown_command: return "unknown command";
    case Errc::unreadable_file: return "the configuration file cannot be read";
    case Errc::bad_file: return "the configuration file is no valid TOML";
    case Errc::missing: return "something is missing";
  }
  return "unknown option error";
}

std::string_view to_text(HelperMode mode) {
  switch (mode) {
    case HelperMode::client: return "client";
    case HelperMode::relay: return "relay";
    case HelperMode::bootstrap: return "bootstrap";
    case HelperMode::exit: return "exit";
    case HelperMode::super: return "super";
  }
  return "?";
}

namespace {

using base::Result;

tl::unexpected<base::Error> bad(std::string why) { return base::fail(Errc::bad_value, std::move(why)); }

template <class Integer>
Result<void> set_number(const std::string& text, Integer low, Integer high, Integer& to) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    return bad("\"" + text + "\" is not a number from " + std::to_string(low) + " to " +
               std::to_string(high));
  to = value;
  return {};
}

Result<void> set_port(const std::string& text, std::uint16_t& to) {
  return set_number<std::uint16_t>(text, 1, std::numeric_limits<std::uint16_t>::max(), to);
}

Result<peer::HostPort> host_port(const std::string& text) {
  auto parsed = peer::parse_host_port(text);
  if (!parsed)
    return bad("\"" + text + "\" is not HOST:PORT, such as www.example.com:443 or [2001:db8::1]:443");
  return *parsed;
}

bool is_address(const std::string& text) {
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(text, error);
  return !error;
}

/// HOST:PORT whose host is an address of this machine: names would have to be looked up.
Result<void> set_endpoint(const std::string& text, peer::HostPort& to) {
  auto parsed = host_port(text);
  if (!parsed) return base::forward_error(parsed);
  if (!is_address(parsed->host)) return bad("\"" + parsed->host + "\" is not an IP address; try 0.0.0.0:443");
  to = *parsed;
  return {};
}

Result<void> set_mode(Settings& s, const std::string& text) {
  for (const auto mode :
       {HelperMode::client, HelperMode::relay, HelperMode::bootstrap, HelperMode::exit, HelperMode::super}) {
    if (text != to_text(mode)) continue;
    s.helper_mode = mode;
    return {};
  }
  return bad("\"" + text + "\" is not a helper mode: choose client, relay, bootstrap, exit or super");
}

Result<void> set_flag_value(bool& to, const std::string& text) {
  if (text != "true" && text != "false") return bad("\"" + text + "\" is neither true nor false");
  to = text == "true";
  return {};
}

Result<void> set_mode_switch(Settings& s, const std::string& text, HelperMode mode) {
  bool wanted = false;
  auto set = set_flag_value(wanted, text);
  if (wanted) s.helper_mode = mode;
  return set;
}

Result<void> set_auth(Settings& s, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon > 255 || text.size() - colon - 1 > 255)
    return bad("the proxy's credentials must be USER:PASSWORD, each up to 255 characters");
  s.socks_auth = UserPassword{text.substr(0, colon), text.substr(colon + 1)};
  return {};
}

Result<void> set_invite(std::vector<std::string>& to, const std::string& text) {
  if (const auto invite = peer::Invite::parse(text); !invite) return tl::unexpected(invite.error());
  to.push_back(text);
  return {};
}

Result<void> set_cover_name(Settings& s, const std::string& text) {
  if (!peer::is_host_name(text)) return bad("\"" + text + "\" is not a host name, such as www.example.com");
  s.cover_name = text;
  return {};
}

Result<void> set_email(Settings& s, const std::string& text) {
  const auto at = text.find('@');
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  const bool plausible = at != std::string::npos && at > 0 && std::ranges::all_of(text, visible) &&
                         text.find_first_of(",;<>\"") == std::string::npos &&
                         peer::is_host_name(std::string_view(text).substr(at + 1)) &&
                         text.find('.', at) != std::string::npos;
  if (!plausible) return bad("\"" + text + "\" is not an e-mail address");
  s.abuse_email = text;
  return {};
}

Result<void> add_exit_allow(Settings& s, const std::string& text) {
  if (const auto entry = exit::parse_allow_entry(text); !entry)
    return bad("\"" + text + "\" allows nothing: " + entry.error().message());
  s.exit_allow.push_back(text);
  return {};
}

Result<void> add_exit_port(Settings& s, const std::string& text) {
  std::uint16_t port = 0;
  auto set = set_port(text, port);
  if (set && std::ranges::find(s.exit_ports, port) == s.exit_ports.end()) s.exit_ports.push_back(port);
  return set;
}

Result<void> add_dns_server(Settings& s, const std::string& text) {
  const auto parsed =
      is_address(text) ? peer::HostPort{text, 53} : peer::parse_host_port(text).value_or(peer::HostPort{});
  if (!is_address(parsed.host))
    return bad("\"" + text + "\" is not a name server: give its IP address, with :PORT if it is not 53");
  s.dns_servers.push_back(parsed);
  return {};
}

Result<void> set_folder(const std::string& text, std::filesystem::path& to) {
  // The system would end the name at the zero byte, and use another folder.
  if (text.empty() || text.find('\0') != std::string::npos)
    return bad("the folder's name is empty or has a zero byte");
  to = text;
  return {};
}

Result<void> set_template(Settings& s, const std::string& text) {
  // A file is read when QNet starts, for it may be changed until then.
  if (!names_a_file(text) && client_hello::find_template(client_hello::builtin_templates(), text) == nullptr)
    return bad("\"" + text + "\" is not a template: " + known_templates());
  return s.browser_template = text, Result<void>();
}

Result<void> set_file(const std::string& text, std::filesystem::path& to) {
  if (text.empty() || text.find('\0') != std::string::npos)
    return bad("the file's name is empty or has a zero byte");
  to = text;
  return {};
}

Result<void> set_cover(Settings& s, const std::string& text) {
  if (text != "mirror" && text != "site")
    return bad("\"" + text + "\" is no cover: choose mirror (another's site) or site (your own)");
  s.cover = text == "site" ? link::Cover::site_h2 : link::Cover::mirror;
  return {};
}

Result<void> set_ech_configs(Settings& s, const std::string& text) {
  auto web_safe = text.substr(0, text.find_last_not_of('=') + 1);
  for (auto& c : web_safe) c = c == '+' ? '-' : c == '/' ? '_' : c;
  auto list = base::from_base64url(web_safe);
  const auto chosen = list ? tls::choose_ech_config(*list) : base::fail(tls::Errc::malformed);
  if (!chosen)
    return bad("this is no ECH list: copy what stands behind ech= in the HTTPS record of the site's name");
  if (!*chosen)
    return bad("QNet cannot use any of the keys in this ECH list: it needs X25519 with HKDF-SHA256");
  s.ech_configs = std::move(*list);
  return {};
}

Result<void> set_site_transport(Settings& s, const std::string& text) {
  if (text != "h2" && text != "websocket") return bad("\"" + text + "\" is neither h2 nor websocket");
  s.site_transport = text == "h2" ? link::Cover::site_h2 : link::Cover::site_websocket;
  return {};
}

Result<void> set_country(Settings& s, const std::string& text) {
  if (!directory::is_country(text))
    return bad("\"" + text + "\" is no country: give two capital letters, such as SE");
  s.country = text;
  return {};
}

Result<void> set_directory_store(Settings& s, const std::string& text) {
  // The value is not repeated: it may hold a password.
  const bool odd_url = text.find("://") != std::string::npos && !text.starts_with("postgres://") &&
                       !text.starts_with("postgresql://");
  if (odd_url) return bad("a database is given as postgres://USER@HOST/NAME, or as a file");
  if (text.empty() || text.find('\0') != std::string::npos)
    return bad("the file's name is empty or has a zero byte");
  s.directory_store = text;
  return {};
}

Result<void> set_token(Settings& s, const std::string& text) {
  constexpr std::size_t kShortest = 16;
  if (text.size() < kShortest || !peer::is_plain_host(text))
    return bad("a token has 16 to 255 characters without spaces; openssl rand -hex 16 makes one");
  s.directory_token = text;
  return {};
}

Result<void> set_log_level(Settings& s, const std::string& text) {
  for (const char* level : {"error", "warning", "info", "debug"})
    if (text == level) return s.log_level = text, Result<void>();
  return bad("\"" + text + "\" is not a log level: choose error, warning, info or debug");
}

// NOLINTBEGIN: one line an option reads best
// clang-format off
constexpr Option kOptions[] = {
    {"helper_mode", "STEALTH_MODE", "MODE", "client, relay, bootstrap, exit or super", "r", false, set_mode},
    {"relay_only", "", "", "", "r", false, [](Settings& s, const std::string& v) { return set_mode_switch(s, v, HelperMode::relay); }},
    {"exit_node", "", "", "the same as --helper-mode relay, exit", "r", false, [](Settings& s, const std::string& v) { return set_mode_switch(s, v, HelperMode::exit); }},
    {"peer", "QNET_PEER", "INVITE", "a peer to connect to (qnet://…); may repeat", "r", true, [](Settings& s, const std::string& v) { return set_invite(s.peers, v); }},
    {"operators", "STEALTH_OPERATORS", "INVITES", "the network's directories (qnet://…), 1 or 3", "r", true, [](Settings& s, const std::string& v) { return set_invite(s.operators, v); }},
    {"template", "STEALTH_TEMPLATE", "NAME", "the browser to look like, or a .toml file", "r", false, set_template},
    {"socks_port", "STEALTH_SOCKS_PORT", "PORT", "the proxy's port (1088)", "rd", false, [](Settings& s, const std::string& v) { return set_port(v, s.socks_port); }},
    {"socks_bind", "", "ADDRESS", "the proxy's address (127.0.0.1)", "r", false, [](Settings& s, const std::string& v) -> Result<void> { if (!is_address(v)) return bad("\"" + v + "\" is not an IP address"); s.socks_bind = v; return {}; }},
    {"socks_auth", "QNET_SOCKS_AUTH", "USER:PASS", "ask programs for this password", "r", false, set_auth},
    {"status_port", "STEALTH_STATUS_PORT", "PORT", "the status port on 127.0.0.1 (8088)", "rds", false, [](Settings& s, const std::string& v) { return set_port(v, s.status_port); }},
    {"listen", "QNET_LISTEN", "ADDR:PORT", "where peers connect (0.0.0.0:443)", "R", false, [](Settings& s, const std::string& v) { return set_endpoint(v, s.listen); }},
    {"advertise", "QNET_ADVERTISE", "HOST:PORT", "the address that invites give", "Rix", false, [](Settings& s, const std::string& v) -> Result<void> { auto p = host_port(v); if (!p) return base::forward_error(p); s.advertise = *p; return {}; }},
    {"cover_origin", "QNET_COVER_ORIGIN", "HOST:PORT", "the web site that strangers see", "R", false, [](Settings& s, const std::string& v) -> Result<void> { auto p = host_port(v); if (!p) return base::forward_error(p); s.cover_origin = *p; return {}; }},
    {"cover_name", "QNET_COVER_NAME", "NAME", "that site's name (default: its host)", "Rix", false, set_cover_name},
    {"cover", "QNET_COVER", "KIND", "mirror (another's site), or site (your own)", "Ri", false, set_cover},
    {"site_root", "QNET_SITE_ROOT", "DIR", "cover site: the web site's folder", "R", false, [](Settings& s, const std::string& v) { return set_folder(v, s.site_root); }},
    {"site_upstream", "QNET_SITE_UPSTREAM", "HOST:PORT", "cover site: the web server behind", "R", false, [](Settings& s, const std::string& v) -> Result<void> { auto p = host_port(v); if (!p) return base::forward_error(p); s.site_upstream = *p; return {}; }},
    {"site_transport", "", "HOW", "cover site: h2 or websocket", "Ri", false, set_site_transport},
    {"ech_configs", "QNET_ECH_CONFIGS", "BASE64", "cover site: its ECH list, as in its DNS", "Ri", false, set_ech_configs},
    {"tls_cert", "QNET_TLS_CERT", "FILE", "cover site: the certificate chain, PEM", "R", false, [](Settings& s, const std::string& v) { return set_file(v, s.tls_cert); }},
    {"tls_key", "QNET_TLS_KEY", "FILE", "cover site: its key, PEM", "R", false, [](Settings& s, const std::string& v) { return set_file(v, s.tls_key); }},
    {"behind_proxy", "", "", "cover site: a web server in front ends TLS", "Ri", false, [](Settings& s, const std::string& v) { return set_flag_value(s.behind_proxy, v); }},
    {"cover_ca", "QNET_COVER_CA", "FILE", "who may vouch for cover sites, PEM (the system's)", "r", false, [](Settings& s, const std::string& v) { return set_file(v, s.cover_ca); }},
    {"exit_abuse_email", "EXIT_ABUSE_EMAIL", "EMAIL", "exit: whom complaints reach; required", "R", false, set_email},
    {"exit_allow", "", "DEST", "exit: allow HOST:PORT[=ADDR:PORT]; may repeat", "R", true, add_exit_allow},
    {"exit_ports", "EXIT_PORTS", "PORTS", "exit: further ports beside 80 and 443", "R", true, add_exit_port},
    {"exit_max_connections", "EXIT_MAX_CONNECTIONS", "N", "exit: connections at once (1000)", "R", false, [](Settings& s, const std::string& v) { return set_number<std::uint32_t>(v, 1, 1'000'000, s.exit_max_connections); }},
    {"dns_server", "", "ADDR[:PORT]", "exit: name server; may repeat", "R", true, add_dns_server},
    {"lan_discovery", "QNET_LAN_DISCOVERY", "", "find peers in the local network (mDNS)", "r", false, [](Settings& s, const std::string& v) { return set_flag_value(s.lan_discovery, v); }},
    {"directory_store", "QNET_DIRECTORY_STORE", "FILE|URL", "directory: its database, or postgres://…", "D", false, set_directory_store},
    {"directory_http", "QNET_DIRECTORY_HTTP", "ADDR:PORT", "directory: its HTTP API (none)", "D", false, [](Settings& s, const std::string& v) -> Result<void> { peer::HostPort at; auto set = set_endpoint(v, at); if (set) s.directory_http = at; return set; }},
    {"directory_token", "QNET_DIRECTORY_TOKEN", "TOKEN", "directory: for operators of its API", "D", false, set_token},
    {"directory_private", "", "", "directory: list private addresses too", "D", false, [](Settings& s, const std::string& v) { return set_flag_value(s.directory_private, v); }},
    {"country_database", "QNET_COUNTRY_DATABASE", "FILE", "directory: countries, in MaxMind's format", "D", false, [](Settings& s, const std::string& v) { return set_file(v, s.country_database); }},
    {"country", "QNET_COUNTRY", "CC", "where this relay is, such as SE", "R", false, set_country},
    {"bandwidth", "QNET_BANDWIDTH", "N", "Mbit/s that this relay offers", "R", false, [](Settings& s, const std::string& v) { return set_number<std::uint32_t>(v, 1, 1'000'000, s.bandwidth); }},
    {"site_port", "", "PORT", "the demo's web site; HTTPS on the next (8090)", "d", false, [](Settings& s, const std::string& v) { return set_number<std::uint16_t>(v, 1, 65534, s.site_port); }},
    {"base_port", "", "PORT", "the demo's three peers, from here (8440)", "d", false, [](Settings& s, const std::string& v) { return set_number<std::uint16_t>(v, 1, 65533, s.base_port); }},
    {"state_dir", "QNET_STATE_DIR", "DIR", "keys and state (~/.local/state/qnet)", "rdki", false, [](Settings& s, const std::string& v) { return set_folder(v, s.state_dir); }},
    {"log_level", "QNET_LOG_LEVEL", "LEVEL", "error, warning, info or debug", "rd", false, set_log_level},
    {"threads", "", "N", "cores to use (all)", "r", false, [](Settings& s, const std::string& v) { return set_number<std::uint32_t>(v, 1, 256, s.threads); }},
    {"qr", "", "", "print a QR code too", "i", false, [](Settings& s, const std::string& v) { return set_flag_value(s.qr, v); }},
    {"toml", "", "", "print the template's file", "w", false, [](Settings& s, const std::string& v) { return set_flag_value(s.toml, v); }},
    {"from", "", "", "read recorded hellos, one in each FILE", "c", false, [](Settings& s, const std::string& v) { return set_flag_value(s.from, v); }},
    {"port", "", "PORT", "where to listen on 127.0.0.1 (8444)", "c", false, [](Settings& s, const std::string& v) { return set_port(v, s.capture_port); }},
    {"count", "", "N", "connections to take (12)", "c", false, [](Settings& s, const std::string& v) { return set_number<std::uint32_t>(v, 1, 4096, s.capture_count); }},
    {"name", "", "NAME", "the template's name (captured)", "c", false, [](Settings& s, const std::string& v) -> Result<void> { if (v.empty()) return bad("the name is empty"); s.template_name = v; return {}; }},
    {"first_record", "", "N", "length of its first record of data (87)", "c", false, [](Settings& s, const std::string& v) { return set_number<std::uint32_t>(v, 18, 16401, s.first_record); }},
    {"json", "", "", "print JSON", "s", false, [](Settings& s, const std::string& v) { return set_flag_value(s.json, v); }},
};
// clang-format on
// NOLINTEND

}  // namespace

std::string Option::flag() const {
  std::string text = "--" + std::string(key);
  std::ranges::replace(text, '_', '-');
  return text;
}

bool Option::belongs_to(Command command) const {
  constexpr std::string_view letters = "rdkislwcx";
  return commands.find(letters[static_cast<std::size_t>(command)]) != std::string_view::npos ||
         (command == Command::run && page() != HelpPage::main);
}

std::span<const Option> option_table() { return kOptions; }

}  // namespace qnet::cli
