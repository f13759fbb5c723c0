// Two Yamux ends joined in memory.
#pragma once

#include <ostream>
#include <utility>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "protocol/mux/yamux.hpp"

namespace qnet::mux {

// What GoogleTest needs to compare events, and to show them.
inline bool operator==(const Event& a, const Event& b) { return a.kind == b.kind && a.stream == b.stream; }
inline void PrintTo(const Event& event, std::ostream* out) {
  *out << "event " << static_cast<int>(event.kind) << " of stream " << event.stream;
}

}  // namespace qnet::mux

namespace qnet::mux::testing {

struct End {
  explicit End(Role role, const Limits& limits = {}, std::shared_ptr<Budget> budget = nullptr)
      : mux(role, limits, std::move(budget)) {}

  /// What was sent and not taken from here yet.
  [[nodiscard]] base::Bytes& out() {
    base::Bytes record(16'383);
    while (const auto size = mux.pull(record)) base::append(sent_, base::ByteView(record).first(size));
    return sent_;
  }

  [[nodiscard]] std::vector<Event> events() {
    std::vector<Event> all;
    while (const auto event = mux.next_event()) all.push_back(*event);
    return all;
  }

  Yamux mux;

 private:
  base::Bytes sent_;
};

struct Pair {
  /// `budget`: of the initiator, which downloads.
  explicit Pair(const Limits& limits = {}, std::shared_ptr<Budget> budget = nullptr)
      : initiator(Role::initiator, limits, std::move(budget)), responder(Role::responder, limits) {}

  /// Delivers what was sent, both ways, until nothing more is sent. False when an end refuses it.
  [[nodiscard]] bool exchange(Yamux::Time now = {}) {
    while (!initiator.out().empty() || !responder.out().empty()) {
      const auto there = std::exchange(initiator.out(), {});
      const auto back = std::exchange(responder.out(), {});
      if (!responder.mux.receive(there, now) || !initiator.mux.receive(back, now)) return false;
    }
    return true;
  }

  End initiator;
  End responder;
};

}  // namespace qnet::mux::testing
