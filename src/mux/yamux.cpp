#include "mux/yamux.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace qnet::mux {

Yamux::Yamux(Role role, const Limits& limits, base::ByteSink& out)
    : role_(role), limits_(limits), out_(out), next_id_(role == Role::initiator ? 1 : 2) {}

StreamState* Yamux::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

const StreamState* Yamux::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

// ---- what the owner does ----

base::Result<StreamId> Yamux::open() {
  if (going_away_) return base::fail(Errc::going_away);
  if (next_id_ > std::numeric_limits<StreamId>::max()) return base::fail(Errc::ids_exhausted);
  if (streams_.size() - inbound_ >= limits_.outbound_streams) return base::fail(Errc::too_many_streams);
  const auto id = static_cast<StreamId>(next_id_);
  next_id_ += 2;
  auto& stream = streams_[id] = std::make_unique<StreamState>();
  stream->id = id;
  stream->send_window = stream->receive_credit = stream->window = limits_.first_window;
  stream->announce_syn = true;
  return id;
}

std::uint16_t Yamux::opening_flags(StreamState& stream) {
  if (std::exchange(stream.announce_syn, false)) return flag::syn;
  if (std::exchange(stream.announce_ack, false)) return flag::ack;
  return 0;
}

void Yamux::write_frame(FrameType type, std::uint16_t flags, StreamId id, std::uint32_t length) {
  out_.append(FrameHeader{type, flags, id, length}.encode());
}

std::size_t Yamux::send(StreamId id, base::ByteView bytes) {
  auto* const stream = find(id);
  if (stream == nullptr || stream->finished) return 0;
  const auto total = std::min<std::size_t>(bytes.size(), stream->send_window);
  bytes = bytes.first(total);
  while (!bytes.empty()) {
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), limits_.frame_payload));
    write_frame(FrameType::data, opening_flags(*stream), id, size);
    out_.append(bytes.first(size));
    bytes = bytes.subspan(size);
  }
  stream->send_window -= static_cast<std::uint32_t>(total);
  return total;
}

std::size_t Yamux::send_window(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr || stream->finished ? 0 : stream->send_window;
}

std::size_t Yamux::readable(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr ? 0 : stream->received.size();
}

base::ByteView Yamux::peek(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr ? base::ByteView{} : stream->received.view();
}

void Yamux::consume(StreamId id, std::size_t count) {
  auto* const stream = find(id);
  if (stream == nullptr || count == 0) return;
  stream->received.pop(count);
  buffered_ -= count;
  return_credit(*stream);
  forget_when_done(*stream);
}

std::size_t Yamux::read(StreamId id, base::MutableBytes out) {
  auto* const stream = find(id);
  if (stream == nullptr) return 0;
  const auto count = stream->received.read(out);
  buffered_ -= count;
  if (count > 0) return_credit(*stream);
  forget_when_done(*stream);
  return count;
}

void Yamux::return_credit(StreamState& stream) {
  if (stream.remote_finished) return;
  const auto held = stream.receive_credit + static_cast<std::uint32_t>(stream.received.size());
  if (held > stream.window / 2) return;
  // A window used up within two round trips was the bottleneck: the path holds more than that (design §4).
  const bool outrun = round_trip_ && stream.window_opened != Time{} && now_ - stream.window_opened < 4 * *round_trip_;
  if (outrun && stream.window < limits_.largest_window && extra_windows_ + stream.window <= limits_.window_budget) {
    extra_windows_ += stream.window;
    stream.window *= 2;
  }
  const auto credit = stream.window - held;
  stream.receive_credit += credit;
  stream.window_opened = now_;
  write_frame(FrameType::window_update, opening_flags(stream), stream.id, credit);
}

bool Yamux::at_end(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr || (stream->remote_finished && stream->received.empty());
}

void Yamux::finish(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr || stream->finished) return;
  stream->finished = true;
  write_frame(FrameType::data, static_cast<std::uint16_t>(opening_flags(*stream) | flag::fin), id, 0);
  forget_when_done(*stream);
}

void Yamux::reset(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  // A stream that the peer has never heard of needs no reset.
  if (!stream->announce_syn) write_frame(FrameType::data, flag::rst, id, 0);
  forget(*stream);
}

void Yamux::abandon(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  // All was said: whatever the owner left unread no longer matters to the peer.
  if (stream->finished && stream->remote_finished) return forget(*stream);
  reset(id);
}

void Yamux::go_away(GoAway code) {
  going_away_ = true;
  write_frame(FrameType::go_away, 0, 0, static_cast<std::uint32_t>(code));
}

void Yamux::tick(Time now) {
  now_ = now;
  if (ping_sent_ || streams_.empty()) return;
  if (last_ping_ && now - *last_ping_ < limits_.ping_interval) return;
  ping_sent_ = last_ping_ = now;
  write_frame(FrameType::ping, flag::syn, 0, ++ping_value_);
}

// ---- events ----

std::optional<Event> Yamux::next_event() {
  if (events_.empty()) return std::nullopt;
  const auto event = events_.front();
  events_.pop_front();
  if (auto* const stream = find(event.stream)) {
    if (event.kind == Event::Kind::readable) stream->readable_queued = false;
    if (event.kind == Event::Kind::writable) stream->writable_queued = false;
  }
  return event;
}

void Yamux::notify(StreamState& stream, Event::Kind kind) {
  if (kind == Event::Kind::readable && std::exchange(stream.readable_queued, true)) return;
  if (kind == Event::Kind::writable && std::exchange(stream.writable_queued, true)) return;
  events_.push_back({kind, stream.id});
}

void Yamux::forget(StreamState& stream) {
  buffered_ -= stream.received.size();
  extra_windows_ -= stream.window - limits_.first_window;
  if (!ours(stream.id)) --inbound_;
  streams_.erase(stream.id);
}

void Yamux::forget_when_done(StreamState& stream) {
  if (stream.finished && stream.remote_finished && stream.received.empty()) forget(stream);
}

}  // namespace qnet::mux
