#include "mode_command.hpp"

#include <fmt/core.h>

#include "control/api_token.hpp"
#include "control/client.hpp"
#include "control/mode.hpp"
#include "error.hpp"

namespace qnet::cli {

namespace {

constexpr std::string_view kRoute = "/mode";

base::Result<std::size_t> hops_of(base::Result<control::Fetched> answer) {
  if (!answer) return base::forward_error(answer);
  if (const auto hops = control::hops_in(answer->body); answer->status == 200 && hops) return *hops;
  if (answer->status == 404)
    return base::fail(Errc::refused, "it is no client, or has no state folder: it has no mode to change");
  return base::fail(Errc::refused, control::reason_in(answer->body));
}

base::Result<std::size_t> change(const Settings& settings, std::size_t hops) {
  auto token = control::load_token(settings.state_dir, settings.status_port);
  if (!token) return base::forward_error(token);
  return hops_of(control::post(kLoopback, settings.status_port, kRoute, control::mode_json(hops), *token));
}

}  // namespace

base::Result<void> mode(const Settings& settings) {
  const bool changes = !settings.words.empty();
  const auto wanted = changes ? control::hops_named(settings.words.front()) : std::nullopt;
  if (settings.words.size() > 1 || (changes && !wanted))
    return base::fail(Errc::bad_value, "choose fast, private, or a number of relays from 1 to 5");
  // Asked first: where no QNet runs, that is told, and not that a secret is missing.
  auto hops = hops_of(control::fetch(kLoopback, settings.status_port, kRoute));
  if (hops && wanted) hops = change(settings, *wanted);
  if (!hops) return base::forward_error(hops);
  fmt::print("{}\n", control::mode_text(*hops));
  return {};
}

}  // namespace qnet::cli
