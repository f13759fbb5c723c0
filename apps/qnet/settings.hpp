// Everything a person can say to qnet, checked and typed. Where a value came from (flag, environment, file,
// default) no longer matters here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "overlay/peer/address.hpp"
#include "transport/link/cover.hpp"

namespace qnet::cli {

/// Where the status port is.
inline constexpr const char* kLoopback = "127.0.0.1";

enum class Command {
  run,
  demo,
  keygen,
  invite,
  status,
  template_list,
  template_show,
  template_capture,
  cover_check,
  family_new,
  mode,
  circuits,
  peers,
  new_circuit,
  log,
  connect,
  disconnect,
  open,
  doctor
};
/// Those that ask the QNet that runs on this machine.
[[nodiscard]] constexpr bool asks_running(Command command) {
  return command == Command::status || command >= Command::mode;
}
enum class HelperMode { client, relay, bootstrap, exit, super };

[[nodiscard]] std::string_view to_text(HelperMode mode);
[[nodiscard]] constexpr bool has_directory(HelperMode mode) {
  return mode == HelperMode::bootstrap || mode == HelperMode::super;
}
[[nodiscard]] constexpr bool has_exit(HelperMode mode) {
  return mode == HelperMode::exit || mode == HelperMode::super;
}

struct UserPassword {
  std::string user;
  std::string password;
};

struct Settings {
  Command command = Command::run;

  HelperMode helper_mode = HelperMode::client;
  std::string config_file;  ///< empty for none
  std::string socks_bind = "127.0.0.1";
  std::uint16_t socks_port = 1088;
  std::optional<UserPassword> socks_auth;
  bool socks_auth_made = false;      ///< QNet makes the password itself
  std::filesystem::path socks_unix;  ///< the proxy's name in the file system; empty for none
  bool socks_tcp = true;             ///< whether the proxy has a port
  bool allow_any_uid = false;
  std::optional<std::vector<std::uint32_t>> allow_uids;  ///< beside root and our own
  std::uint16_t status_port = 8088;
  peer::HostPort listen{"0.0.0.0", 443};
  std::optional<peer::HostPort> advertise;
  std::optional<peer::HostPort> cover_origin;
  std::string cover_name;            ///< empty: the cover origin's host
  std::string browser_template;      ///< a template's name or file; empty: drawn
  std::optional<link::Cover> cover;  ///< mirror, or site_h2 for every form of site; nothing said: mirror
  std::filesystem::path site_root;   ///< cover site: the folder that strangers see …
  std::optional<peer::HostPort> site_upstream;  ///< … or the web server
  std::optional<link::Cover> site_transport;    ///< what invites name; nothing said: HTTP/2 where that can be
  bool behind_proxy = false;
  base::Bytes ech_configs;  ///< an ECHConfigList for invites; empty for none
  std::filesystem::path tls_cert;
  std::filesystem::path tls_key;
  std::filesystem::path cover_ca;      ///< client: empty for the system's authorities
  std::vector<std::string> peers;      ///< invites
  std::vector<std::string> operators;  ///< invites of directories; tried after the peers
  bool lan_discovery = false;
  std::uint32_t hops = 1;                   ///< client: relays that its traffic crosses; 1 is fast mode
  bool no_early_request = false;            ///< client: nothing travels with a circuit's first message
  std::vector<std::string> exit_countries;  ///< client: where the exit is to be; empty: anywhere

  std::string directory_store;                   ///< a file or a postgres:// URL; empty: in the state folder
  std::optional<peer::HostPort> directory_http;  ///< where the HTTP API listens; nothing: nowhere
  std::string directory_token;
  bool directory_private = false;          ///< list relays at private addresses, too
  std::filesystem::path country_database;  ///< empty for none
  std::string country;                     ///< this relay's, as declared
  std::uint32_t bandwidth = 0;             ///< Mbit/s that it offers; 0: not said
  std::uint32_t circuit_rate = 0;          ///< Mbit/s of circuits that go on to a next relay; 0: no bound
  std::filesystem::path family;            ///< the file of its family's key; empty for none
  std::filesystem::path state_dir;
  std::string log_level = "info";  ///< one of logging::Level
  std::filesystem::path log_file;  ///< empty: the journal, or standard error
  bool log_json = false;           ///< one JSON object a line
  bool log_destinations = false;   ///< level trace may be chosen
  std::uint32_t threads = 0;       ///< 0: one for each core

  std::string abuse_email;
  std::vector<std::string> exit_allow;
  std::vector<std::uint16_t> exit_ports{80, 443};
  std::uint32_t exit_max_connections = 1000;
  std::vector<std::string> exit_bind;  ///< addresses that exit traffic comes from, one of a family at most
  std::vector<peer::HostPort> dns_servers;
  bool no_exit_log = false;  ///< no file of refusals

  std::uint16_t site_port = 8090;  ///< demo: the built-in web site; HTTPS is on the next port
  std::uint16_t base_port = 8440;  ///< demo: the super peer; the relays are on the next two ports

  std::uint16_t capture_port = 8444;
  std::uint32_t capture_count = 12;
  std::uint32_t first_record = 87;  ///< what browsers begin HTTP/2 with

  bool qr = false;
  bool json = false;
  bool watch = false;        ///< again each second
  bool print = false;        ///< and open nothing
  std::uint32_t tail = 100;  ///< lines of the log
  bool toml = false;
  bool from = false;               ///< take the hellos from the files that `words` name
  std::vector<std::string> words;  ///< of commands that take some: a template's name, files
  std::string template_name = "captured";
};

}  // namespace qnet::cli
