#include "option_table.hpp"

#include <algorithm>
#include <array>

#include "option_values.hpp"

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
    case Errc::refused: return "QNet refuses";
    case Errc::folder_in_use: return "another QNet peer runs with this state folder";
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

constexpr auto kOptions = std::to_array<Option>({
    {"helper_mode", "STEALTH_MODE", "MODE", "client, relay, bootstrap, exit or super", "r", false, set_mode},
    {"relay_only", "", "", "", "r", false, set_mode_switch<HelperMode::relay>},
    {"exit_node", "", "", "the same as --helper-mode relay, exit", "r", false,
     set_mode_switch<HelperMode::exit>},
    {"peer", "QNET_PEER", "INVITE", "a peer to connect to (qnet://…); may repeat", "r", true,
     add_invite<&Settings::peers>},
    {"operators", "STEALTH_OPERATORS", "INVITES", "the network's directories (qnet://…), 1 or 3", "r", true,
     add_invite<&Settings::operators>},
    {"hops", "QNET_HOPS", "N", "relays on the way: 1 fast, 3 private (1)", "r", false,
     set_number<&Settings::hops, 1, 5>},
    {"no_early_request", "QNET_NO_EARLY_REQUEST", "", "several hops: ask only circuits that stand", "r",
     false, set_switch<&Settings::no_early_request>},
    {"exit_country", "QNET_EXIT_COUNTRY", "CC", "where the exit is, such as SE; may repeat", "r", true,
     add_exit_country},
    {"template", "STEALTH_TEMPLATE", "NAME", "the browser to look like, or a .toml file", "r", false,
     set_template},
    {"socks_port", "STEALTH_SOCKS_PORT", "PORT", "the proxy's port (1088)", "rd", false,
     set_port<&Settings::socks_port>},
    {"socks_bind", "", "ADDRESS", "the proxy's address (127.0.0.1)", "r", false, set_socks_bind},
    {"socks_auth", "QNET_SOCKS_AUTH", "USER:PASS", "ask programs for this password; auto makes one", "r",
     false, set_auth},
    {"socks_unix", "QNET_SOCKS_UNIX", "PATH", "the proxy as a Unix socket, without a port", "r", false,
     set_file<&Settings::socks_unix>},
    {"allow_uid", "QNET_ALLOW_UID", "UID", "other users that proxy and status answer, or any", "r", true,
     add_allowed_uid},
    {"status_port", "STEALTH_STATUS_PORT", "PORT", "the status port on 127.0.0.1 (8088)", "rda", false,
     set_port<&Settings::status_port>},
    {"listen", "QNET_LISTEN", "ADDR:PORT", "where peers connect (0.0.0.0:443)", "R", false,
     set_endpoint<&Settings::listen>},
    {"advertise", "QNET_ADVERTISE", "HOST:PORT", "the address that invites give", "Rix", false,
     set_host_port<&Settings::advertise>},
    {"cover_origin", "QNET_COVER_ORIGIN", "HOST:PORT", "the web site that strangers see", "R", false,
     set_host_port<&Settings::cover_origin>},
    {"cover_name", "QNET_COVER_NAME", "NAME", "that site's name (default: its host)", "Rix", false,
     set_cover_name},
    {"cover", "QNET_COVER", "KIND", "mirror (another's site), or site (your own)", "Ri", false, set_cover},
    {"site_root", "QNET_SITE_ROOT", "DIR", "cover site: the web site's folder", "R", false,
     set_folder<&Settings::site_root>},
    {"site_upstream", "QNET_SITE_UPSTREAM", "HOST:PORT", "cover site: the web server behind", "R", false,
     set_host_port<&Settings::site_upstream>},
    {"site_transport", "", "HOW", "cover site: h2 or websocket", "Ri", false, set_site_transport},
    {"ech_configs", "QNET_ECH_CONFIGS", "BASE64", "cover site: its ECH list, as in its DNS", "Ri", false,
     set_ech_configs},
    {"tls_cert", "QNET_TLS_CERT", "FILE", "cover site: the certificate chain, PEM", "R", false,
     set_file<&Settings::tls_cert>},
    {"tls_key", "QNET_TLS_KEY", "FILE", "cover site: its key, PEM", "R", false, set_file<&Settings::tls_key>},
    {"behind_proxy", "", "", "cover site: a web server in front ends TLS", "Ri", false,
     set_switch<&Settings::behind_proxy>},
    {"cover_ca", "QNET_COVER_CA", "FILE", "authorities of cover sites, PEM (the system's)", "r", false,
     set_file<&Settings::cover_ca>},
    {"exit_abuse_email", "EXIT_ABUSE_EMAIL", "EMAIL", "exit: address for complaints; required", "R", false,
     set_email},
    {"exit_allow", "", "DEST", "exit: allow HOST:PORT[=ADDR:PORT]; may repeat", "R", true, add_exit_allow},
    {"exit_ports", "EXIT_PORTS", "PORTS", "exit: further ports beside 80 and 443", "R", true, add_exit_port},
    {"exit_max_connections", "EXIT_MAX_CONNECTIONS", "N", "exit: connections at once (1000)", "R", false,
     set_number<&Settings::exit_max_connections, 1, 1'000'000>},
    {"exit_bind", "QNET_EXIT_BIND", "ADDRESS", "exit: its traffic comes from here; may repeat", "R", true,
     add_exit_bind},
    {"dns_server", "", "ADDR[:PORT]", "exit: name server; may repeat", "R", true, add_dns_server},
    {"lan_discovery", "QNET_LAN_DISCOVERY", "", "find peers in the local network (mDNS)", "r", false,
     set_switch<&Settings::lan_discovery>},
    {"directory_store", "QNET_DIRECTORY_STORE", "FILE|URL", "directory: its database, or postgres://…", "D",
     false, set_directory_store},
    {"directory_http", "QNET_DIRECTORY_HTTP", "ADDR:PORT", "directory: its HTTP API (none)", "D", false,
     set_directory_http},
    {"directory_token", "QNET_DIRECTORY_TOKEN", "TOKEN", "directory: for operators of its API", "D", false,
     set_token},
    {"directory_private", "", "", "directory: list private addresses too", "D", false,
     set_switch<&Settings::directory_private>},
    {"country_database", "QNET_COUNTRY_DATABASE", "FILE", "directory: countries, in MaxMind's format", "D",
     false, set_file<&Settings::country_database>},
    {"country", "QNET_COUNTRY", "CC", "where this relay is, such as SE", "R", false, set_country},
    {"bandwidth", "QNET_BANDWIDTH", "N", "Mbit/s that this relay offers", "R", false,
     set_number<&Settings::bandwidth, 1, 1'000'000>},
    {"circuit_rate", "QNET_CIRCUIT_RATE", "N", "Mbit/s for circuits that go on (no bound)", "R", false,
     set_number<&Settings::circuit_rate, 1, 1'000'000>},
    {"family", "QNET_FAMILY", "FILE", "the key that all your relays have", "R", false,
     set_file<&Settings::family>},
    {"site_port", "", "PORT", "the demo's web site; HTTPS on the next (8090)", "d", false,
     set_number<&Settings::site_port, 1, 65534>},
    {"base_port", "", "PORT", "the demo's three peers, from here (8440)", "d", false,
     set_number<&Settings::base_port, 1, 65533>},
    {"state_dir", "QNET_STATE_DIR", "DIR", "keys and state (~/.local/state/qnet)", "rdkia", false,
     set_folder<&Settings::state_dir>},
    {"log_level", "QNET_LOG_LEVEL", "LEVEL", "error, warning, info, debug or trace (info)", "Ld", false,
     set_log_level},
    {"log_file", "QNET_LOG_FILE", "FILE", "log to this file, and five of 5 MiB in all", "Ld", false,
     set_file<&Settings::log_file>},
    {"log_json", "QNET_LOG_JSON", "", "log one JSON object a line", "Ld", false,
     set_switch<&Settings::log_json>},
    {"log_destinations", "QNET_LOG_DESTINATIONS", "", "allow level trace: it tells who asks for what", "Ld",
     false, set_switch<&Settings::log_destinations>},
    {"no_exit_log", "QNET_NO_EXIT_LOG", "", "exit: do not write logs/exit-blocked.log", "L", false,
     set_switch<&Settings::no_exit_log>},
    {"threads", "", "N", "cores to use (all)", "r", false, set_number<&Settings::threads, 1, 256>},
    {"qr", "", "", "print a QR code too", "i", false, set_switch<&Settings::qr>},
    {"toml", "", "", "print the template's file", "w", false, set_switch<&Settings::toml>},
    {"from", "", "", "read recorded hellos, one in each FILE", "c", false, set_switch<&Settings::from>},
    {"port", "", "PORT", "where to listen on 127.0.0.1 (8444)", "c", false,
     set_port<&Settings::capture_port>},
    {"count", "", "N", "connections to take (12)", "c", false, set_number<&Settings::capture_count, 1, 4096>},
    {"name", "", "NAME", "the template's name (captured)", "c", false, set_template_name},
    {"first_record", "", "N", "length of its first record of data (87)", "c", false,
     set_number<&Settings::first_record, 18, 16401>},
    {"watch", "", "", "again each second, until Ctrl-C", "s", false, set_switch<&Settings::watch>},
    {"tail", "", "N", "the last N lines (100); -n N does the same", "g", false,
     set_number<&Settings::tail, 1, 1000>},
    {"print", "", "", "print the link, and open no browser", "o", false, set_switch<&Settings::print>},
    {"json", "", "", "print JSON", "a", false, set_switch<&Settings::json>},
});

}  // namespace

std::string Option::flag() const {
  std::string text = "--" + std::string(key);
  std::ranges::replace(text, '_', '-');
  return text;
}

bool Option::belongs_to(Command command) const {
  constexpr std::string_view letters = "rdkislwcxfmupngyzoh";
  const auto has = [&](char letter) { return commands.find(letter) != std::string_view::npos; };
  if (has(letters[static_cast<std::size_t>(command)]) || (has('a') && asks_running(command))) return true;
  // The doctor looks at what `run` would do.
  return command == Command::run ? page() != HelpPage::main
                                 : command == Command::doctor && belongs_to(Command::run);
}

std::span<const Option> option_table() { return kOptions; }

}  // namespace qnet::cli
