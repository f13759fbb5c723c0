#include "control/status.hpp"

#include <fmt/format.h>

namespace qnet::control {

std::string_view to_text(Connection state) {
  switch (state) {
    case Connection::offline: return "offline";
    case Connection::calibrating: return "calibrating";
    case Connection::connected: return "connected";
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
  if (status.connection == Connection::connected) return std::nullopt;
  auto reason = fmt::format("{} is {}", name, to_text(status.connection));
  if (!status.problem.empty()) reason.append(": ").append(status.problem);
  return reason;
}

}  // namespace

std::optional<std::string> why_not_ready(const Status& status) {
  for (const auto& node : status.nodes)
    if (auto reason = why_not_ready(node.name, node.status)) return reason;
  return why_not_ready("QNet", status);
}

}  // namespace qnet::control
