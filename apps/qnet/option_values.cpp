#include "option_values.hpp"

#include <algorithm>
#include <limits>

#include <boost/asio/ip/address.hpp>

#include "edge/exit/allow_entry.hpp"
#include "edge/proxy/preference.hpp"
#include "error.hpp"
#include "network/directory/descriptor.hpp"
#include "overlay/peer/invite.hpp"
#include "protocol/tls/ech_config.hpp"
#include "template_names.hpp"

namespace qnet::cli {

using base::Result;

namespace {

tl::unexpected<base::Error> bad(std::string why) { return base::fail(Errc::bad_value, std::move(why)); }

bool is_address(const std::string& text) {
  boost::system::error_code error;
  (void)boost::asio::ip::make_address(text, error);
  return !error;
}

}  // namespace

base::Error not_a_number(const std::string& text, std::uint64_t low, std::uint64_t high) {
  return {Errc::bad_value,
          "\"" + text + "\" is not a number from " + std::to_string(low) + " to " + std::to_string(high)};
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

/// HOST:PORT whose host is an address of this machine: names would have to be looked up.
Result<void> set_endpoint(const std::string& text, peer::HostPort& to) {
  auto parsed = host_port(text);
  if (!parsed) return base::forward_error(parsed);
  if (!is_address(parsed->host)) return bad("\"" + parsed->host + "\" is not an IP address; try 0.0.0.0:443");
  to = *parsed;
  return {};
}

Result<void> set_socks_bind(Settings& s, const std::string& text) {
  if (!is_address(text)) return bad("\"" + text + "\" is not an IP address");
  s.socks_bind = text;
  return {};
}

Result<void> set_directory_http(Settings& s, const std::string& text) {
  peer::HostPort at;
  auto set = set_endpoint(text, at);
  if (set) s.directory_http = at;
  return set;
}

Result<void> set_template_name(Settings& s, const std::string& text) {
  if (text.empty()) return bad("the name is empty");
  s.template_name = text;
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
  if (text == "auto") return s.socks_auth_made = true, Result<void>();
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon > 255 || text.size() - colon - 1 > 255)
    return bad("the proxy's credentials must be USER:PASSWORD, each up to 255 characters, or auto");
  s.socks_auth = UserPassword{text.substr(0, colon), text.substr(colon + 1)};
  return {};
}

Result<void> add_allowed_uid(Settings& s, const std::string& text) {
  if (text == "any") return s.allow_any_uid = true, Result<void>();
  std::uint32_t uid = 0;
  // The last one is no user's: the system's own calls say "no change" with it.
  auto set = set_number<std::uint32_t>(text, 0, std::numeric_limits<std::uint32_t>::max() - 1, uid);
  if (!set) return bad("\"" + text + "\" is no user's number, as `id -u NAME` tells it, nor any");
  if (!s.allow_uids) s.allow_uids.emplace();
  s.allow_uids->push_back(uid);
  return {};
}

Result<void> add_invite(std::vector<std::string>& to, const std::string& text) {
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

namespace {

Result<void> check_country(const std::string& text) {
  if (directory::is_country(text)) return {};
  return bad("\"" + text + "\" is no country: give two capital letters, such as SE");
}

}  // namespace

Result<void> set_country(Settings& s, const std::string& text) {
  auto checked = check_country(text);
  if (checked) s.country = text;
  return checked;
}

Result<void> add_exit_country(Settings& s, const std::string& text) {
  auto checked = check_country(text);
  if (checked && s.exit_countries.size() == proxy::PreferenceLimits::countries)
    return bad("more countries than QNet takes: give eight at most");
  if (checked) s.exit_countries.push_back(text);
  return checked;
}

Result<void> add_exit_bind(Settings& s, const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) return bad("\"" + text + "\" is not an IP address");
  if (address.is_unspecified()) return bad("give one address of this machine: " + text + " names none");
  const auto same_family = [&](const std::string& other) {
    return boost::asio::ip::make_address(other).is_v4() == address.is_v4();
  };
  if (std::ranges::any_of(s.exit_bind, same_family))
    return bad("give one IPv4 address and one IPv6 address at most");
  s.exit_bind.push_back(text);
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
  for (const char* level : {"error", "warning", "info", "debug", "trace"})
    if (text == level) return s.log_level = text, Result<void>();
  return bad("\"" + text + "\" is not a log level: choose error, warning, info, debug or trace");
}

}  // namespace qnet::cli
