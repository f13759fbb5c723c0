#include "line/direction.hpp"

#include <algorithm>

namespace qnet::line {

Direction::Direction(const Settings& settings, std::uint64_t seed)
    : settings_(settings), losses_(settings.loss, settings.burst, seed), jitter_(~seed) {}

void Direction::take(TimePoint now, Packet packet) {
  ++counts_.taken;
  const bool lost = losses_.next();  // before all else: the queue must not change the order of fates
  const auto waiting = std::max(free_at_ - now, Duration(0));
  if (!has_room(waiting, packet.size())) {
    ++counts_.dropped;
    return;
  }
  counts_.longest_queue = std::max(counts_.longest_queue, waiting);
  free_at_ = now + waiting + sending_time(settings_, packet.size());
  // What is lost on its way has used the line all the same.
  if (lost) {
    ++counts_.lost;
    return;
  }
  held_ += packet.size();
  heap_.push_back({arrival(free_at_), counts_.taken, std::move(packet)});
  std::ranges::push_heap(heap_, later);
}

std::optional<Packet> Direction::give(TimePoint now) {
  if (heap_.empty() || heap_.front().arrives > now) return std::nullopt;
  std::ranges::pop_heap(heap_, later);
  auto packet = std::move(heap_.back().packet);
  heap_.pop_back();
  held_ -= packet.size();
  ++counts_.given;
  counts_.given_bytes += packet.size();
  return packet;
}

std::optional<TimePoint> Direction::next_deadline() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().arrives;
}

/// A packet that meets an empty queue always has room, however small the queue is.
bool Direction::has_room(Duration waiting, std::size_t bytes) const {
  if (held_ + bytes > most_held) return false;
  if (waiting == Duration(0)) return true;
  const auto most =
      settings_.queue_bytes > 0 ? sending_time(settings_, settings_.queue_bytes) : settings_.queue_time;
  return waiting + sending_time(settings_, bytes) <= most;
}

TimePoint Direction::arrival(TimePoint sent) {
  auto delay = settings_.delay;
  if (settings_.jitter > Duration(0)) {
    const auto off = (2 * uniform(jitter_) - 1) * static_cast<double>(settings_.jitter.count());
    delay = std::max(delay + Duration(static_cast<std::int64_t>(off)), Duration(0));
  }
  auto arrives = sent + delay;
  if (!settings_.reorder) arrives = last_arrival_ = std::max(arrives, last_arrival_);
  return arrives;
}

bool Direction::later(const OnItsWay& a, const OnItsWay& b) {
  return a.arrives != b.arrives ? a.arrives > b.arrives : a.number > b.number;
}

}  // namespace qnet::line
