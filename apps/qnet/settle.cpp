#include "settle.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "command_name.hpp"
#include "option_table.hpp"
#include "overlay/peer/address.hpp"

namespace qnet::cli {

namespace {

using base::Result;

std::optional<std::string> look_up(const Environment& environment, std::string_view name) {
  auto value = environment(std::string(name));
  return value && !value->empty() ? value : std::nullopt;
}

const Given* find(const GivenOptions& source, std::string_view key) {
  const auto found = source.find(key);
  return found == source.end() ? nullptr : &found->second;
}

Result<void> apply(const Option& option, const Given& given, Settings& settings) {
  if (!option.many && given.values.size() > 1)
    return base::fail(Errc::bad_value, fmt::format("{} may be given once only", given.where));
  for (const auto& value : given.values) {
    if (const auto set = option.set(settings, value); !set) {
      const auto& why = set.error();
      return base::fail(Errc::bad_value, fmt::format("{}: {}", given.where,
                                                     why.context().empty() ? why.message() : why.context()));
    }
  }
  return {};
}

bool is_mode(const Option& option) {
  return option.key == "helper_mode" || option.key == "relay_only" || option.key == "exit_node";
}

struct ModeWish {
  std::string mode;
  std::string where;
};

/// --relay-only and --exit-node are other words for a mode; "relay_only = false" says nothing.
std::vector<ModeWish> mode_wishes(const GivenOptions& source) {
  std::vector<ModeWish> wishes;
  if (const auto* const given = find(source, "helper_mode"))
    for (const auto& mode : given->values) wishes.push_back({mode, given->where});
  for (const auto& [key, mode] : {std::pair{"relay_only", "relay"}, std::pair{"exit_node", "exit"}})
    if (const auto* const given = find(source, key))
      for (const auto& value : given->values)
        if (value != "false") wishes.push_back({mode, given->where});
  return wishes;
}

/// The strongest source that says anything of the mode decides it.
Result<void> apply_mode(std::span<const GivenOptions> strongest_first, Settings& settings) {
  for (const auto& source : strongest_first) {
    for (const auto& option : option_table())
      if (const auto* const given = find(source, option.key); given != nullptr && is_mode(option))
        if (auto applied = apply(option, *given, settings); !applied) return applied;
    const auto wishes = mode_wishes(source);
    for (const auto& wish : wishes)
      if (wish.mode != wishes.front().mode)
        return base::fail(Errc::bad_value,
                          fmt::format("{} asks for mode {}, and {} for mode {}: choose one",
                                      wishes.front().where, wishes.front().mode, wish.where, wish.mode));
    if (!wishes.empty()) return {};
  }
  return {};
}

std::filesystem::path default_state_dir(const Environment& environment) {
  // systemd's, for a unit with StateDirectory=; its first, where it has several.
  if (const auto service = look_up(environment, "STATE_DIRECTORY"); service && service->starts_with('/'))
    return service->substr(0, service->find(':'));
  if (const auto state = look_up(environment, "XDG_STATE_HOME"); state && state->starts_with('/'))
    return *state + "/qnet";
  if (const auto home = look_up(environment, "HOME")) return *home + "/.local/state/qnet";
  return {};
}

bool needs_state_dir(const Settings& s) {
  if (s.command == Command::run) return s.helper_mode != HelperMode::client;
  return s.command == Command::demo || s.command == Command::keygen || s.command == Command::invite;
}

/// What each cover of the two needs, and what is the other's.
Result<void> check_site(const Settings& s) {
  if (s.cover_name.empty())
    return base::fail(Errc::missing, "cover site needs your web site's name: give --cover-name NAME");
  if (s.site_root.empty() == !s.site_upstream)
    return base::fail(
        Errc::missing,
        "cover site needs the web site that strangers shall see: give either --site-root DIR, a "
        "folder of files, or --site-upstream HOST:PORT, a web server");
  if (s.cover_origin)
    return base::fail(Errc::bad_value,
                      "--cover-origin belongs to cover mirror: with --cover site give --site-root or "
                      "--site-upstream instead");
  const bool has_tls = !s.tls_cert.empty() || !s.tls_key.empty();
  if (s.behind_proxy && has_tls)
    return base::fail(Errc::bad_value,
                      "with --behind-proxy the web server in front has the certificate: leave --tls-cert and "
                      "--tls-key out");
  if (!s.behind_proxy && (s.tls_cert.empty() || s.tls_key.empty()))
    return base::fail(Errc::missing,
                      fmt::format("cover site needs a certificate for {} and its key: give "
                                  "--tls-cert FILE and --tls-key FILE, in PEM, as ACME clients "
                                  "write them",
                                  s.cover_name));
  return {};
}

Result<void> check_site_transport(const Settings& s) {
  if (s.behind_proxy && s.site_transport == link::Cover::site_h2)
    return base::fail(Errc::bad_value,
                      "--site-transport h2 does not go through a web server in front: choose websocket, or "
                      "leave --behind-proxy out");
  return {};
}

Result<void> check_relay(const Settings& s) {
  if (s.cover == link::Cover::site_h2) return check_site(s);
  if (!s.site_root.empty() || s.site_upstream || s.site_transport || s.behind_proxy || !s.tls_cert.empty() ||
      !s.tls_key.empty() || !s.ech_configs.empty())
    return base::fail(Errc::bad_value,
                      "--site-root, --site-upstream, --site-transport, --tls-cert, --tls-key, "
                      "--behind-proxy and --ech-configs belong to --cover site, which was not given");
  if (!s.cover_origin)
    return base::fail(
        Errc::missing,
        fmt::format("mode {} needs the web site that strangers shall see: give --cover-origin HOST:PORT",
                    to_text(s.helper_mode)));
  if (!peer::is_host_name(s.cover_name))
    return base::fail(
        Errc::missing,
        fmt::format("the cover origin is given by address ({}): give that site's name too, with --cover-name",
                    s.cover_name));
  return {};
}

Result<void> check_directory(const Settings& s) {
  const bool wants = !s.directory_store.empty() || !s.directory_token.empty() || !s.country_database.empty();
  if (wants && !has_directory(s.helper_mode))
    return base::fail(Errc::bad_value,
                      fmt::format("mode {} serves no directory: --directory-store, --directory-token and "
                                  "--country-database belong to modes bootstrap and super",
                                  to_text(s.helper_mode)));
  return {};
}

/// What is drawn from the operators' lists, or not at all.
Result<void> check_path(const Settings& s) {
  if (s.helper_mode != HelperMode::client || !s.operators.empty()) return {};
  if (s.hops > 1)
    return base::fail(Errc::missing,
                      "private mode draws its relays from the operators' lists: give --operators INVITES, or "
                      "--hops 1");
  if (!s.exit_countries.empty())
    return base::fail(Errc::missing,
                      "--exit-country needs the operators' lists, which tell where exits are: give "
                      "--operators INVITES");
  return {};
}

Result<void> check_log(const Settings& s) {
  if (s.log_level == "trace" && !s.log_destinations)
    return base::fail(Errc::missing,
                      "level trace writes into the log who connects and what they ask for: give "
                      "--log-destinations too if that may be known, or choose --log-level debug");
  return {};
}

Result<void> check_whole(const Settings& s) {
  const bool runs = s.command == Command::run;
  if (auto log = check_log(s); !log) return log;
  if (runs && has_exit(s.helper_mode) && s.abuse_email.empty())
    return base::fail(
        Errc::missing,
        fmt::format(
            "an {} needs a contact for complaints: set EXIT_ABUSE_EMAIL to an e-mail address that is read",
            s.helper_mode == HelperMode::super ? "exit (mode super has one)" : "exit"));
  if (auto transport = check_site_transport(s); !transport) return transport;
  if (runs)
    if (auto directory = check_directory(s); !directory) return directory;
  if (runs && s.helper_mode != HelperMode::client)
    if (auto relay = check_relay(s); !relay) return relay;
  if (runs)
    if (auto path = check_path(s); !path) return path;
  if (s.state_dir.empty() && s.socks_auth_made)
    return base::fail(Errc::missing,
                      "no folder to keep the proxy's password in, as HOME is not set: give --state-dir DIR");
  if (s.state_dir.empty() && needs_state_dir(s))
    return base::fail(Errc::missing,
                      "no folder for keys and state, as HOME is not set: give --state-dir DIR");
  return {};
}

}  // namespace

GivenOptions from_environment(Command command, const Environment& environment) {
  GivenOptions given;
  for (const auto* const option : options_of(command)) {
    if (option->environment.empty()) continue;
    const auto value = look_up(environment, option->environment);
    if (!value) continue;
    given.emplace(option->key, Given{option->many ? split_at_commas(*value) : std::vector{*value},
                                     std::string(option->environment)});
  }
  return given;
}

Result<Settings> settle(Command command, std::span<const GivenOptions> strongest_first,
                        const Environment& environment) {
  Settings settings;
  settings.command = command;
  settings.state_dir = default_state_dir(environment);
  if (takes_config(command))
    if (auto mode = apply_mode(strongest_first, settings); !mode) return base::forward_error(mode);
  for (const auto* const option : options_of(command)) {
    if (is_mode(*option)) continue;
    for (const auto& source : strongest_first) {
      const auto* const given = find(source, option->key);
      if (given == nullptr) continue;
      if (auto applied = apply(*option, *given, settings); !applied) return base::forward_error(applied);
      break;
    }
  }
  const auto named = [&](std::string_view key) {
    return std::ranges::any_of(strongest_first,
                               [&](const auto& source) { return find(source, key) != nullptr; });
  };
  settings.socks_tcp = settings.socks_unix.empty() || named("socks_port") || named("socks_bind");
  if (settings.cover_name.empty() && settings.cover_origin) settings.cover_name = settings.cover_origin->host;
  if (auto whole = check_whole(settings); !whole) return base::forward_error(whole);
  return settings;
}

}  // namespace qnet::cli
