// What a session holds: counted in the process's budget, and let go of when it is too much.
#include <algorithm>
#include <utility>

#include "protocol/mux/yamux.hpp"

namespace qnet::mux {

base::Result<void> Yamux::let_go() {
  while (budget_.asked()) {
    const auto before = held();
    // Asked a moment ago, on another core: since then its readers have read, and it is not the greediest.
    if (before <= BudgetLimits::smallest) {
      tell_budget();
      budget_.answered();
      continue;
    }
    const auto resets = reset_fullest(before / 2, [this] { return budget_.relieved(); });
    const bool nothing = resets == 0 && !budget_.relieved();
    if (nothing) {
      // Only what the peer does not take: it will not take a good-bye either.
      failure_ = Errc::flood;
      answers_ = {};
      tell_budget();
    }
    budget_.answered();
    if (nothing) return tl::unexpected(*failure_);
  }
  return {};
}

base::Result<void> Yamux::shed_when_over_budget() {
  while (buffered_ > limits_.buffered) {
    auto& [id, stream] = *std::ranges::max_element(
        streams_, {}, [](const auto& entry) { return entry.second.received.size(); });
    queue_frame(FrameType::window_update, flag::rst, id, 0);
    take_reset(stream);
  }
  if (auto done = let_go(); !done) return done;
  if (budget_.beyond()) (void)reset_fullest(BudgetLimits::smallest, [this] { return !budget_.beyond(); });
  return {};
}

/// Until no more than `wanted` is held, or it is enough. Returns how many.
std::size_t Yamux::reset_fullest(std::size_t wanted, const std::function<bool()>& enough) {
  std::vector<std::pair<std::size_t, StreamId>> fullest;
  fullest.reserve(streams_.size());
  for (const auto& [id, stream] : streams_) fullest.emplace_back(stream.counted, id);
  std::ranges::sort(fullest, std::greater{});
  std::size_t resets = 0;
  for (const auto& [size, id] : fullest) {
    if (held() <= wanted || enough()) break;
    ++resets;
    auto& stream = *find(id);
    // A stream that the peer has never heard of needs no reset.
    if (!stream.announce_syn) queue_frame(FrameType::window_update, flag::rst, id, 0);
    take_reset(stream);
  }
  return resets;
}

/// After every change of the stream's queues.
void Yamux::recount(StreamState& stream) {
  const auto now = Limits::stream_memory + stream.received.memory() + stream.outgoing.memory();
  // Unsigned arithmetic: less takes from the sum.
  memory_ += now - std::exchange(stream.counted, now);
}

void Yamux::tell_budget() {
  if (budget_.taken_back())
    for (auto& [id, stream] : streams_) take_back(stream);
  budget_.set_held(held());
  budget_.set_granted(granted_ - streams_.size() * std::uint64_t{Limits::first_window});
}

}  // namespace qnet::mux
