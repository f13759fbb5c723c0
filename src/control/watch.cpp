#include "control/watch.hpp"

#include <algorithm>
#include <utility>

namespace qnet::control {

namespace {

/// Collects what happened, in the order in which it is told.
class Differences {
 public:
  Differences(const Status& before, const Status& after, Watch::WallTime now)
      : before_(before), after_(after), now_(now) {}

  std::vector<Happening> find() {
    if (after_.path) {
      state_of_client();
      exit(before_.path ? before_.path->exit_seen : std::nullopt, after_.path->exit_seen);
      if (before_.path) path(*before_.path, *after_.path);
    } else if ((before_.state == State::connected) != (after_.state == State::connected)) {
      add(after_.state == State::connected ? "serving" : "not_serving");
    }
    network();
    registered();
    directory();
    return std::move(found_);
  }

 private:
  void add(std::string code, WordMap words = {}) {
    found_.push_back({now_, std::move(code), std::move(words)});
  }

  void state_of_client() {
    if (before_.state == after_.state) return;
    switch (after_.state) {
      case State::connected: return add("connected");
      case State::disconnected: return add("disconnected");
      case State::offline:
      case State::calibrating: break;
    }
    if (before_.state == State::connected && after_.state == State::offline) return add("lost");
    if (before_.state == State::disconnected) add("connecting");
  }

  void path(const Path& before, const Path& after) {
    if (before.hops != after.hops)
      after.hops == 1 ? add("mode_fast") : add("mode_private", {{"hops", std::to_string(after.hops)}});
    if (before.countries != after.countries)
      after.countries.empty() ? add("anywhere")
                              : add("countries", {{"countries", country_list(after.countries)}});
    if (after.renewals > before.renewals) add("new_path");
  }

  void exit(const std::optional<Hop>& before, const std::optional<Hop>& seen) {
    if (!seen || (before && before->address == seen->address)) return;
    seen->country.empty() ? add("exit", {{"address", seen->address}})
                          : add("exit_in", {{"address", seen->address}, {"country", seen->country}});
  }

  void network() {
    if (!after_.network) return;
    const auto& now = *after_.network;
    const auto relays = before_.network ? before_.network->relays : 0;
    const auto problem = before_.network ? before_.network->problem : std::string();
    if (now.relays > 0 && relays == 0) add("list", {{"relays", std::to_string(now.relays)}});
    if (!now.problem.empty() && problem.empty()) add("no_list");
  }

  void registered() {
    for (const auto& now : after_.registered) {
      const auto then = std::ranges::find(before_.registered, now.directory, &Registered::directory);
      const bool was = then != before_.registered.end() && then->listed;
      if (was != now.listed) add(now.listed ? "listed" : "unlisted", {{"directory", now.directory}});
    }
  }

  void directory() {
    if (!after_.directory) return;
    const bool worked = !before_.directory || before_.directory->store_works;
    if (worked != after_.directory->store_works) add(worked ? "database_fails" : "database_works");
  }

  const Status& before_;
  const Status& after_;
  Watch::WallTime now_;
  std::vector<Happening> found_;
};

/// What happened_between() needs of it.
Status without_rows(const Status& status) {
  Status kept;
  kept.state = status.state;
  kept.network = status.network;
  kept.registered = status.registered;
  kept.directory = status.directory;
  if (status.path) {
    kept.path.emplace();
    kept.path->hops = status.path->hops;
    kept.path->countries = status.path->countries;
    kept.path->renewals = status.path->renewals;
    kept.path->exit_seen = status.path->exit_seen;
  }
  return kept;
}

void push(std::deque<std::uint64_t>& all, std::uint64_t value) {
  all.push_back(value);
  if (all.size() > WatchLimits::seconds) all.pop_front();
}

}  // namespace

std::vector<Happening> happened_between(const Status& before, const Status& after,
                                        std::chrono::system_clock::time_point now) {
  return Differences(before, after, now).find();
}

Watch::Track& Watch::note(const std::string& node, const Status& status, WallTime now) {
  auto& track = tracks_[node];
  std::vector<Happening> news;
  if (!track.last) {
    track.state_since = now;
    news.push_back({now, "started", {}});
  }
  const auto found = happened_between(track.last ? *track.last : Status{}, status, now);
  news.insert(news.end(), found.begin(), found.end());
  if (track.last && track.last->state != status.state) track.state_since = now;
  for (const auto& one : news) track.happened.push_front(one);
  if (track.happened.size() > WatchLimits::happenings) track.happened.resize(WatchLimits::happenings);
  auto kept = without_rows(status);
  // A tunnel that is begun anew has no exit yet: the same one again is no news.
  if (kept.path && !kept.path->exit_seen && track.last && track.last->path)
    kept.path->exit_seen = track.last->path->exit_seen;
  track.last = std::move(kept);
  return track;
}

/// A counter that was set back counts from nothing.
void Watch::count(Track& track, const Status& status) {
  const auto& now = status.counters;
  if (std::exchange(track.ticked, true)) {
    push(track.ups, now.bytes_up >= track.up ? now.bytes_up - track.up : now.bytes_up);
    push(track.downs, now.bytes_down >= track.down ? now.bytes_down - track.down : now.bytes_down);
  }
  track.up = now.bytes_up;
  track.down = now.bytes_down;
}

void Watch::tick(const Status& status, WallTime now) {
  count(note("", status, now), status);
  for (const auto& node : status.nodes) count(note(node.name, node.status, now), node.status);
}

void Watch::complete(Status& status, const Track& track) {
  status.state_since = track.state_since;
  status.rates.up.assign(track.ups.begin(), track.ups.end());
  status.rates.down.assign(track.downs.begin(), track.downs.end());
  status.happened.assign(track.happened.begin(), track.happened.end());
}

void Watch::complete(Status& status, WallTime now) {
  complete(status, note("", status, now));
  for (auto& node : status.nodes) complete(node.status, note(node.name, node.status, now));
}

}  // namespace qnet::control
