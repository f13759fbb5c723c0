#include "protocol/mux/yamux.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace qnet::mux {

Yamux::Yamux(Role role, const Limits& limits, base::ByteSink& out)
    : role_(role),
      limits_(limits),
      out_(out),
      next_id_(role == Role::initiator ? 1 : 2),
      peer_ids_(role == Role::initiator ? 2 : 1, limits.id_gaps),
      pings_(limits.pings),
      refusals_(limits.refusals) {
  assert(limits.frame_payload > 0 && limits.largest_window >= Limits::first_window);
}

StreamState* Yamux::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

const StreamState* Yamux::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

StreamState& Yamux::add_stream(StreamId id) {
  auto& stream = streams_[id];
  stream.id = id;
  granted_ += stream.window;
  return stream;
}

base::Result<StreamId> Yamux::open() {
  if (went_away_ || peer_went_away_) return base::fail(Errc::going_away);
  if (next_id_ > limits_.highest_id) return base::fail(Errc::ids_exhausted);
  if (streams_.size() - inbound_ >= limits_.outbound_streams) return base::fail(Errc::too_many_streams);
  const auto id = static_cast<StreamId>(next_id_);
  next_id_ += 2;
  add_stream(id).announce_syn = true;
  return id;
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
    write_frame(FrameType::data, stream->take_opening_flags(), id, size);
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
  if (count == 0) return 0;
  buffered_ -= count;
  return_credit(*stream);
  forget_when_done(*stream);
  return count;
}

bool Yamux::at_end(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr || (stream->remote_finished && stream->received.empty());
}

void Yamux::finish(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr || stream->finished) return;
  stream->finished = true;
  const auto flags = static_cast<std::uint16_t>(stream->take_opening_flags() | flag::fin);
  write_frame(FrameType::window_update, flags, id, 0);
  forget_when_done(*stream);
}

void Yamux::reset(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  // A stream that the peer has never heard of needs no reset.
  if (!stream->announce_syn) write_frame(FrameType::window_update, flag::rst, id, 0);
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
  went_away_ = true;
  write_frame(FrameType::go_away, 0, 0, static_cast<std::uint32_t>(code));
}

void Yamux::send_ping() {
  received_since_ping_ = 0;
  write_frame(FrameType::ping, flag::syn, 0, round_trip_.start(now_));
}

void Yamux::tick(Time now) {
  now_ = now;
  if (!streams_.empty() && round_trip_.due(now_, limits_.ping_interval)) send_ping();
}

std::optional<std::chrono::microseconds> Yamux::round_trip() const {
  if (!round_trip_.shortest()) return std::nullopt;
  return std::chrono::ceil<std::chrono::microseconds>(*round_trip_.shortest());
}

std::optional<Event> Yamux::next_event() {
  while (next_event_ < events_.size()) {
    const auto event = events_[next_event_++];
    using Kind = Event::Kind;
    if (event.kind != Kind::opened && event.kind != Kind::readable && event.kind != Kind::writable)
      return event;
    auto* const stream = find(event.stream);
    if (stream == nullptr) continue;  // there is nothing left to open, read or write
    if (event.kind == Kind::opened) stream->opened_queued = false;
    if (event.kind == Kind::readable) stream->readable_queued = false;
    if (event.kind == Kind::writable) stream->writable_queued = false;
    return event;
  }
  next_event_ = 0;
  events_.clear();
  if (streams_.empty()) events_.shrink_to_fit();
  return std::nullopt;
}

void Yamux::notify(StreamState& stream, Event::Kind kind) {
  if (kind == Event::Kind::readable && std::exchange(stream.readable_queued, true)) return;
  if (kind == Event::Kind::writable && std::exchange(stream.writable_queued, true)) return;
  if (kind == Event::Kind::opened) stream.opened_queued = true;
  events_.push_back({kind, stream.id});
}

void Yamux::forget(StreamState& stream) {
  buffered_ -= stream.received.size();
  granted_ -= stream.window;
  const auto id = stream.id;
  if (!ours(id)) --inbound_;
  streams_.erase(id);
}

void Yamux::forget_when_done(StreamState& stream) {
  if (stream.finished && stream.remote_finished && stream.received.empty()) forget(stream);
}

}  // namespace qnet::mux
