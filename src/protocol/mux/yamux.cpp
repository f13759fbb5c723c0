#include "protocol/mux/yamux.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace qnet::mux {

namespace {
// What is left of a record stays free rather than take the first few bytes of much.
constexpr std::size_t kSmallestPiece = 1024;
}  // namespace

Yamux::Yamux(Role role, const Limits& limits, std::shared_ptr<Budget> budget, std::uint64_t party)
    : role_(role),
      limits_(limits),
      budget_(std::move(budget), party),
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
  stream.activity.begin(now_);
  granted_ += stream.window;
  recount(stream);
  return stream;
}

base::Result<StreamId> Yamux::open() {
  if (went_away_ || peer_went_away_) return base::fail(Errc::going_away);
  if (next_id_ > limits_.highest_id) return base::fail(Errc::ids_exhausted);
  if (streams_.size() - inbound_ >= limits_.outbound_streams) return base::fail(Errc::too_many_streams);
  const auto id = static_cast<StreamId>(next_id_);
  next_id_ += 2;
  auto& stream = add_stream(id);
  stream.announce_syn = true;
  begin_with_learned_window(stream);
  return id;
}

void Yamux::queue_frame(FrameType type, std::uint16_t flags, StreamId id, std::uint32_t length) {
  answers_.push(FrameHeader{type, flags, id, length}.encode());
}

std::size_t Yamux::send(StreamId id, base::ByteView bytes) {
  auto* const stream = find(id);
  if (stream == nullptr || stream->finished) return 0;
  const auto total = std::min<std::size_t>(bytes.size(), stream->send_window);
  if (total == 0) return 0;
  stream->outgoing.push(bytes.first(total));
  note_queued(*stream, total);
  return total;
}

void Yamux::commit(StreamId id, std::size_t count) {
  auto* const stream = find(id);
  if (stream == nullptr || stream->finished || count == 0) return;
  assert(count <= stream->send_window);
  stream->outgoing.commit(count);
  note_queued(*stream, count);
}

std::size_t Yamux::queued(StreamId id) const {
  const auto* const stream = find(id);
  return stream == nullptr ? 0 : stream->outgoing.size();
}

/// So much was added to what the stream has to send: it takes its turn.
void Yamux::note_queued(StreamState& stream, std::size_t count) {
  stream.send_window -= static_cast<std::uint32_t>(count);
  queued_ += count;
  turns_.add(stream);
  recount(stream);
  tell_budget();
}

std::size_t Yamux::pull(base::MutableBytes out) {
  auto made = pull_answers(out);
  bool in_haste = false;
  while (auto* const next = turns_.next()) {
    auto& stream = *next;
    // Nobody can read a record before its end: a short message must not wait for what would fill it up.
    if (in_haste && !turns_.in_haste()) break;
    in_haste = turns_.in_haste();
    const auto room = out.size() - made;
    const auto wanted =
        std::min({stream.outgoing.size(), kSmallestPiece, std::size_t{limits_.frame_payload}});
    if (room <= FrameHeader::size || (made > 0 && room < FrameHeader::size + wanted)) break;
    made += pull_data(stream, out.subspan(made));
    made += pull_answers(out.subspan(made));  // the stream's end, perhaps
  }
  if (made > 0) tell_budget();
  return made;
}

std::size_t Yamux::pull_answers(base::MutableBytes out) {
  const auto frames = std::min(out.size(), answers_.size()) / FrameHeader::size;
  return answers_.read(out.first(frames * FrameHeader::size));
}

/// One frame, as long as `out` has room for. The stream may be no more after this.
std::size_t Yamux::pull_data(StreamState& stream, base::MutableBytes out) {
  const auto size =
      std::min({stream.outgoing.size(), out.size() - FrameHeader::size, std::size_t{limits_.frame_payload}});
  const auto header =
      FrameHeader{FrameType::data, stream.take_opening_flags(), stream.id, static_cast<std::uint32_t>(size)};
  std::ranges::copy(header.encode(), out.begin());
  stream.outgoing.read(out.subspan(FrameHeader::size, size));
  queued_ -= size;
  recount(stream);
  turns_.end_turn(stream);
  if (stream.outgoing.empty() && stream.finished) send_finish(stream);
  return FrameHeader::size + size;
}

/// Behind all data of ours. The stream may be no more after this.
void Yamux::send_finish(StreamState& stream) {
  const auto flags = static_cast<std::uint16_t>(stream.take_opening_flags() | flag::fin);
  queue_frame(FrameType::window_update, flags, stream.id, 0);
  stream.finish_sent = true;
  if (stream.abandoned && !stream.remote_finished) return reset(stream.id);
  forget_when_done(stream);
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
  recount(*stream);
  tell_budget();
  return_credit(*stream);
  forget_when_done(*stream);
}

std::size_t Yamux::read(StreamId id, base::MutableBytes out) {
  auto* const stream = find(id);
  if (stream == nullptr) return 0;
  const auto count = stream->received.read(out);
  if (count == 0) return 0;
  buffered_ -= count;
  recount(*stream);
  tell_budget();
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
  if (stream->outgoing.empty()) send_finish(*stream);
}

void Yamux::reset(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  // A stream that the peer has never heard of needs no reset.
  if (!stream->announce_syn) queue_frame(FrameType::window_update, flag::rst, id, 0);
  forget(*stream);
}

void Yamux::abandon(StreamId id) {
  auto* const stream = find(id);
  if (stream == nullptr) return;
  if (!stream->finished) return reset(id);
  // Whatever the owner left unread no longer matters to the peer.
  buffered_ -= stream->received.size();
  stream->received.clear();
  recount(*stream);
  tell_budget();
  stream->abandoned = true;
  if (!stream->finish_sent) return;
  if (!stream->remote_finished) return reset(id);
  forget(*stream);
}

void Yamux::go_away(GoAway code) {
  went_away_ = true;
  queue_frame(FrameType::go_away, 0, 0, static_cast<std::uint32_t>(code));
}

void Yamux::send_ping() {
  received_since_ping_ = 0;
  queue_frame(FrameType::ping, flag::syn, 0, round_trip_.start(now_));
}

std::optional<Yamux::Time> Yamux::next_deadline() const {
  if (streams_.empty()) return std::nullopt;
  return round_trip_.next(limits_.ping_interval);
}

void Yamux::advance(Time now) {
  now_ = now;
  if (!streams_.empty() && round_trip_.due(now_, limits_.ping_interval)) send_ping();
}

void Yamux::probe(Time now) {
  now_ = now;
  if (round_trip_.due(now_, Time::duration::zero())) send_ping();
}

std::optional<std::chrono::microseconds> Yamux::round_trip() const {
  const auto shortest = round_trip_.shortest();
  if (!shortest) return std::nullopt;
  return std::chrono::ceil<std::chrono::microseconds>(*shortest);
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
  turns_.forget(stream);
  queued_ -= stream.outgoing.size();
  buffered_ -= stream.received.size();
  granted_ -= stream.window;
  memory_ -= stream.counted;
  take_as_earned(stream);
  const auto id = stream.id;
  if (!ours(id)) --inbound_;
  streams_.erase(id);
  tell_budget();
}

void Yamux::forget_when_done(StreamState& stream) {
  if (stream.finish_sent && stream.remote_finished && stream.received.empty()) forget(stream);
}

}  // namespace qnet::mux
