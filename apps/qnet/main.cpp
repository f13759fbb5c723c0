// qnet: from what a person typed to what is done about it.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fmt/core.h>
#include <spdlog/spdlog.h>
#include <boost/asio/ip/address.hpp>

#include "cover_command.hpp"
#include "demo/demo/demo.hpp"
#include "doctor/command.hpp"
#include "family_command.hpp"
#include "foundation/base/folder_lock.hpp"
#include "foundation/crypto/system_random.hpp"
#include "foundation/logging/set_up.hpp"
#include "foundation/net/passed_sockets.hpp"
#include "live/commands.hpp"
#include "live/exit_code.hpp"
#include "live/terminal.hpp"
#include "node/run.hpp"
#include "node_config.hpp"
#include "options.hpp"
#include "overlay/peer/invite.hpp"
#include "protocol/client_hello/template_choice.hpp"
#include "qr_code.hpp"
#include "reload.hpp"
#include "template_commands.hpp"
#include "template_names.hpp"
#include "texts.hpp"
#include "transport/site/names.hpp"

namespace qnet::cli {
namespace {

int fail(const base::Error& error) {
  // A sentence of a running QNet has its full stop.
  const auto text = error.message();
  fmt::print(stderr, "qnet: {}{}\n", text, text.ends_with('.') ? "" : ".");
  return exit_code_of(error);
}

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// Gives the last lines of the log, as they come.
base::Result<std::shared_ptr<const logging::Ring>> set_up_log(const Settings& settings) {
  const auto journal = environment("JOURNAL_STREAM").value_or("");
  const auto level = logging::level_named(settings.log_level).value_or(logging::Level::info);
  return logging::set_up({level, settings.log_file, settings.log_json, journal});
}

/// Two peers with one folder would each answer hellos that the other has seen, and overwrite its invite.
/// Clients may share one: what they keep there is replaced as a whole.
base::Result<void> lock_folder(const std::filesystem::path& folder, base::FolderLock& lock) {
  if (lock.take(folder) == EWOULDBLOCK)
    return base::fail(Errc::folder_in_use,
                      fmt::format("{}. Stop that peer, or give this one a folder of its own with --state-dir",
                                  folder.string()));
  return {};  // another fault of the folder is told when something is written there
}

node::ChangedOptions changed_options(const Reload::Outcome& read) {
  node::ChangedOptions changed;
  for (const auto& key : read.changed) {
    if (key == "hops") changed.hops = read.settings.hops;
    if (key == "exit_country") changed.exit_countries = read.settings.exit_countries;
    if (key == "log_level") changed.log_level = read.settings.log_level;
  }
  changed.need_restart = read.need_restart;
  return changed;
}

/// SIGHUP is a wish to read again where there is a file, or a service manager that sends it; in a terminal
/// without either it means the end of the terminal.
base::Result<node::ServiceConfig> service_config(const Settings& settings,
                                                 const std::vector<std::string>& arguments) {
  node::ServiceConfig config;
  if (auto manager = node::ServiceManager::from_environment())
    config.manager = std::make_shared<const node::ServiceManager>(std::move(*manager));
  if (settings.config_file.empty() && !config.manager) return config;
  const auto started = run_options(arguments, own_environment);
  if (!started) return tl::unexpected(started.error());
  config.reread = [reload = Reload(arguments, own_environment,
                                   *started)]() mutable -> base::Result<node::ChangedOptions> {
    const auto read = reload.read_again();
    if (!read) return tl::unexpected(read.error());
    return changed_options(*read);
  };
  return config;
}

void log_unused_sockets() {
  for (const auto& name : net::PassedSockets::of_process().left())
    spdlog::warn("a service manager has opened {}, and QNet does not listen there: see --listen", name);
}

int run(const Settings& settings, const std::vector<std::string>& arguments) {
  const auto log = set_up_log(settings);
  if (!log) return fail(log.error());
  base::FolderLock lock;
  if (settings.helper_mode != HelperMode::client)
    if (const auto locked = lock_folder(settings.state_dir, lock); !locked) return fail(locked.error());
  if (has_exit(settings.helper_mode)) fmt::print(stderr, "{}\n", exit_warning());
  crypto::SystemRandom random;
  auto config = node_config(settings, random);
  if (!config) return fail(config.error());
  config->log = *log;
  if (config->client && config->client->socks_port && !config->client->socks.address().is_loopback())
    fmt::print(stderr, "{}", open_proxy_warning(settings.socks_bind));
  std::string tunnel_path;
  if (config->relay && settings.behind_proxy) {
    tunnel_path = site::names_of(config->relay->identity.noise.public_key).path;
    if (!config->relay->listeners.front().at.address().is_loopback())
      fmt::print(stderr, "{}", open_plain_warning(settings.listen.to_text()));
  }
  auto service = service_config(settings, arguments);
  if (!service) return fail(service.error());
  config->service = std::move(*service);
  const auto done = node::run_node(std::move(*config), [&] {
    log_unused_sockets();
    fmt::print("{}", started_text(settings));
    if (settings.behind_proxy)
      fmt::print("  Path    {}, which the web server in front must pass on\n", tunnel_path);
    std::fflush(stdout);
  });
  return done ? EXIT_SUCCESS : fail(done.error());
}

int demo(const Settings& settings, std::string_view program) {
  const auto log = set_up_log(settings);
  if (!log) return fail(log.error());
  base::FolderLock lock;
  if (const auto locked = lock_folder(settings.state_dir / "demo", lock); !locked)
    return fail(locked.error());
  const demo::DemoConfig config{settings.state_dir / "demo",
                                settings.state_dir,
                                settings.socks_port,
                                settings.status_port,
                                settings.site_port,
                                settings.base_port,
                                *log};
  const auto done = demo::run_demo(config, [&] {
    fmt::print("{}", demo_text(settings, program));
    std::fflush(stdout);
  });
  return done ? EXIT_SUCCESS : fail(done.error());
}

int keygen(const Settings& settings) {
  crypto::SystemRandom random;
  std::error_code error;
  const bool there = std::filesystem::exists(peer::identity_file(settings.state_dir), error);
  const auto identity = peer::load_or_create_identity(settings.state_dir, random);
  if (!identity) return fail(identity.error());
  fmt::print("{} {}\nPeer id: {}\n", there ? "Keys are there already, and were kept:" : "New keys:",
             peer::identity_file(settings.state_dir).string(), identity->peer_id().to_text());
  return EXIT_SUCCESS;
}

/// What the flags say, and for what they leave out what the last relay here was.
link::Cover invited_cover(const Settings& settings, const link::Cover* last) {
  if (settings.cover || last == nullptr) return cover_of(settings);
  if (!settings.site_transport || *last == link::Cover::mirror ||
      *last == link::Cover::site_websocket_unbound)
    return *last;
  return settings.site_transport == link::Cover::site_h2 ? link::Cover::site_h2 : link::Cover::site_websocket;
}

/// From the flags, and for what they leave out from the relay that ran here last.
base::Result<peer::Invite> find_invite(const Settings& settings) {
  auto identity = peer::load_identity(settings.state_dir);
  if (!identity) return base::forward_error(identity);
  std::string link;
  std::ifstream(invite_file(settings)) >> link;
  const auto last = peer::Invite::parse(link);
  if (!last && (!settings.advertise || settings.cover_name.empty()))
    return base::fail(Errc::missing,
                      "say how this peer is reached: give --advertise HOST:PORT and --cover-name NAME");
  auto made = peer::Invite::make(*identity, settings.advertise ? *settings.advertise : last->address,
                                 settings.cover_name.empty() ? last->cover_name : settings.cover_name,
                                 invited_cover(settings, last ? &last->cover : nullptr));
  made.ech_configs = settings.ech_configs;
  if (made.ech_configs.empty() && last && made.cover != link::Cover::mirror)
    made.ech_configs = last->ech_configs;
  if (made.cover == link::Cover::mirror && !made.ech_configs.empty())
    return base::fail(Errc::bad_value, "--ech-configs belongs to cover site: give --cover site too");
  return made;
}

int invite(const Settings& settings) {
  const auto made = find_invite(settings);
  if (!made) return fail(made.error());
  const auto link = made->to_link();
  if (settings.qr) fmt::print("{}", qr_code(link).value_or(""));
  fmt::print("{}\n", link);
  return EXIT_SUCCESS;
}

int outcome(const base::Result<void>& done) { return done ? EXIT_SUCCESS : fail(done.error()); }
int outcome(const base::Result<int>& code) { return code ? *code : fail(code.error()); }

int dispatch(const Settings& settings, std::string_view program, const std::vector<std::string>& arguments) {
  switch (settings.command) {
    case Command::run: return run(settings, arguments);
    case Command::demo: return demo(settings, program);
    case Command::keygen: return keygen(settings);
    case Command::invite: return invite(settings);
    case Command::template_list: return outcome(list_templates());
    case Command::template_show: return outcome(show_template(settings));
    case Command::template_capture: return outcome(capture_template(settings));
    case Command::cover_check: return outcome(check_cover(settings));
    case Command::family_new: return outcome(new_family(settings));
    case Command::doctor: return outcome(see_doctor(settings));
    default: return outcome(run_live(settings));
  }
}

int run_program(std::span<char*> words) {
  net::PassedSockets::of_process().take_from_environment();
  const std::vector<std::string> arguments(words.begin() + 1, words.end());
  const auto parsed = parse_options(arguments, own_environment);
  if (!parsed) {
    // The warning comes before everything else, also before "a contact is missing".
    if (parsed.error().is(Errc::missing) &&
        parsed.error().context().find("EXIT_ABUSE_EMAIL") != std::string::npos)
      fmt::print("{}\n", exit_warning());
    fail(parsed.error());
    return ExitCode::wrong_words;
  }
  if (const auto* const text = std::get_if<PrintText>(&*parsed)) {
    fmt::print("{}", text->text);
    return EXIT_SUCCESS;
  }
  return dispatch(std::get<Settings>(*parsed), words.front(), arguments);
}

}  // namespace
}  // namespace qnet::cli

int main(int count, char** words) {
  // Whatever goes wrong, nobody sees a stack trace.
  try {
    return qnet::cli::run_program({words, static_cast<std::size_t>(count)});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "qnet: something unforeseen went wrong (%s). Please report it.\n", error.what());
  } catch (...) {
    std::fputs("qnet: something unforeseen went wrong. Please report it.\n", stderr);
  }
  return EXIT_FAILURE;
}
