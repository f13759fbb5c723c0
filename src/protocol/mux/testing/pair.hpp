// Two Yamux ends joined in memory.
#pragma once

#include <utility>
#include <vector>

#include "foundation/base/byte_sink.hpp"
#include "protocol/mux/yamux.hpp"

namespace qnet::mux::testing {

struct End {
  explicit End(Role role, const Limits& limits = {}) : mux(role, limits, out) {}

  [[nodiscard]] std::vector<Event> events() {
    std::vector<Event> all;
    while (const auto event = mux.next_event()) all.push_back(*event);
    return all;
  }

  base::CollectingSink out;
  Yamux mux;
};

struct Pair {
  explicit Pair(const Limits& limits = {})
      : initiator(Role::initiator, limits), responder(Role::responder, limits) {}

  /// Delivers what was sent, both ways, until nothing more is sent. False when an end refuses it.
  [[nodiscard]] bool exchange(Yamux::Time now = {}) {
    while (!initiator.out.collected.empty() || !responder.out.collected.empty()) {
      const auto there = std::exchange(initiator.out.collected, {});
      const auto back = std::exchange(responder.out.collected, {});
      if (!responder.mux.receive(there, now) || !initiator.mux.receive(back, now)) return false;
    }
    return true;
  }

  End initiator;
  End responder;
};

}  // namespace qnet::mux::testing
