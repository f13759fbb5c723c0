#include "control/status.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace qnet::control {

std::string_view to_text(State state) {
  switch (state) {
    case State::offline: return "offline";
    case State::calibrating: return "calibrating";
    case State::connected: return "connected";
    case State::disconnected: return "disconnected";
  }
  return "unknown";
}

std::string_view to_text(PeerState state) {
  switch (state) {
    case PeerState::idle: return "idle";
    case PeerState::connecting: return "connecting";
    case PeerState::connected: return "connected";
    case PeerState::failed: return "failed";
  }
  return "unknown";
}

namespace {

std::optional<std::string> why_not_ready(std::string_view name, const Status& status) {
  if (status.state == State::connected) return std::nullopt;
  auto reason = fmt::format("{} is {}", name, to_text(status.state));
  if (!status.problem.empty()) reason.append(": ").append(status.problem);
  return reason;
}

}  // namespace

std::string country_list(const std::vector<std::string>& countries) {
  return fmt::format("{}", fmt::join(countries, ", "));
}

std::uint64_t peers_online(const Status& status) {
  if (status.directory) return status.directory->listed;
  if (status.network) return status.network->relays;
  return static_cast<std::uint64_t>(std::ranges::count(status.peers, PeerState::connected, &Peer::state));
}

std::optional<std::string> why_not_ready(const Status& status) {
  for (const auto& node : status.nodes)
    if (auto reason = why_not_ready(node.name, node.status)) return reason;
  return why_not_ready("QNet", status);
}

}  // namespace qnet::control
