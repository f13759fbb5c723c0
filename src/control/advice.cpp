#include "control/advice.hpp"

#include <algorithm>

#include "control/words.hpp"

namespace qnet::control {

namespace {

constexpr std::chrono::minutes kListedWithin{1};

Advice in_countries(const Path& path) {
  return {"no_exit_there", {{"countries", country_list(path.countries)}}};
}

/// The operators' list is missing, and nothing else can be reached without it.
bool lacks_list(const Status& status) {
  return status.network && status.network->relays == 0 && !status.network->problem.empty();
}

Advice of_private_mode(const Status& status, const Path& path) {
  if (lacks_list(status)) return {"no_list", {}};
  if (path.problem.empty()) return {"building", {{"hops", std::to_string(path.hops)}}};
  return path.countries.empty() ? Advice{"no_private_path", {}} : in_countries(path);
}

Advice of_fast_mode(const Status& status, const Path& path) {
  if (status.state == State::calibrating) return {"starting", {}};
  if (lacks_list(status)) return {"no_list", {}};
  return path.countries.empty() ? Advice{"relays_silent", {}} : in_countries(path);
}

Advice of_client(const Status& status, const Path& path) {
  if (!path.wanted) return {"disconnected", {}};
  if (status.state == State::connected) return {};
  if (path.stands) return {path.silent ? "web_silent" : "nothing_came_back", {}};
  if (!path.knows_relays) return {"nobody_known", {}};
  return path.hops > 1 ? of_private_mode(status, path) : of_fast_mode(status, path);
}

Advice of_relay(const Status& status) {
  if (status.directory && !status.directory->store_works) return {"store_fails", {}};
  if (status.state != State::connected) return {"cover_unknown", {}};
  // A directory lists a relay once it has reached it.
  if (status.uptime < kListedWithin) return {};
  const auto unlisted = std::ranges::find_if(
      status.registered, [](const Registered& one) { return !one.listed && !one.problem.empty(); });
  if (unlisted == status.registered.end()) return {};
  return {"not_listed",
          {{"directory", unlisted->directory == "this peer" ? "This peer" : unlisted->directory}}};
}

}  // namespace

Advice advise(const Status& status) {
  auto own = status.path ? of_client(status, *status.path) : of_relay(status);
  if (own.code != "ok") return own;
  for (const auto& node : status.nodes)
    if (const auto advice = advise(node.status); advice.code != "ok")
      return {"node_in_trouble",
              {{"node", node.name}, {"text", sentence("advice." + advice.code, advice.words)}}};
  return {};
}

}  // namespace qnet::control
