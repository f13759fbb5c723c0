// The receiving half of Yamux: frames in, checked one by one.
#include <algorithm>
#include <limits>

#include "protocol/mux/yamux.hpp"

namespace qnet::mux {

base::Result<void> Yamux::receive(base::ByteView bytes, Time now) {
  now_ = now;
  if (failure_) return tl::unexpected(*failure_);
  if (auto handled = handle_frames(bytes); !handled) {
    failure_ = handled.error();
    go_away(GoAway::protocol_error);
    return handled;
  }
  tell_budget();
  return shed_when_over_budget();
}

base::Result<void> Yamux::handle_frames(base::ByteView bytes) {
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const auto payload = bytes.first(std::min(bytes.size(), payload_left_));
      take_payload(payload);
      bytes = bytes.subspan(payload.size());
      continue;
    }
    const auto count = std::min(bytes.size(), FrameHeader::size - partial_size_);
    std::copy_n(bytes.begin(), count, partial_header_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
    partial_size_ += count;
    bytes = bytes.subspan(count);
    if (partial_size_ < FrameHeader::size) break;
    partial_size_ = 0;
    const auto header = FrameHeader::decode(partial_header_);
    if (!header) return tl::unexpected(header.error());
    if (auto handled = handle(*header); !handled) return handled;
    if (events_.size() - next_event_ > limits_.events) return base::fail(Errc::flood);
  }
  return {};
}

base::Result<void> Yamux::handle(const FrameHeader& header) {
  switch (header.type) {
    case FrameType::data:
    case FrameType::window_update: return handle_stream_frame(header);
    case FrameType::ping: return handle_ping(header);
    case FrameType::go_away:
      if (!peer_went_away_) events_.push_back({Event::Kind::go_away, 0});
      peer_went_away_ = header.length;
      return {};
  }
  return base::fail(Errc::bad_type);
}

base::Result<void> Yamux::handle_ping(const FrameHeader& header) {
  if (header.flags == flag::syn) {
    if (pings_.take(now_)) queue_frame(FrameType::ping, flag::ack, 0, header.length);
    return {};
  }
  if (header.flags != flag::ack) return base::fail(Errc::bad_flags);
  round_trip_.answered(header.length, now_);
  return {};
}

base::Result<void> Yamux::handle_stream_frame(const FrameHeader& header) {
  StreamState* stream = nullptr;
  if ((header.flags & flag::syn) != 0) {
    auto accepted = accept(header.stream);
    if (!accepted) return base::forward_error(accepted);
    stream = *accepted;
  } else {
    stream = find(header.stream);
    if (auto known = check_known(header.stream, stream); !known) return known;
  }
  if (stream != nullptr && (header.flags & flag::rst) != 0) {
    take_reset(*stream);
    stream = nullptr;
  }
  if (header.type == FrameType::data) return begin_data(stream, header);
  if (stream == nullptr) return {};
  if (auto taken = take_credit(*stream, header.length); !taken) return taken;
  take_finish(*stream, header.flags);
  return {};
}

base::Result<StreamState*> Yamux::accept(StreamId id) {
  if (ours(id) || !peer_ids_.insert(id)) return base::fail(Errc::bad_stream_id);
  if (went_away_ || inbound_ >= limits_.inbound_streams) {
    if (!refusals_.take(now_)) return base::fail(Errc::flood);
    queue_frame(FrameType::window_update, flag::rst, id, 0);
    return nullptr;
  }
  auto& stream = add_stream(id);
  ++inbound_;
  stream.announce_ack = true;
  begin_with_learned_window(stream);
  notify(stream, Event::Kind::opened);
  return &stream;
}

base::Result<void> Yamux::check_known(StreamId id, const StreamState* stream) const {
  // After a reset the peer may still have frames on their way. Of a stream that never was there can be none.
  const bool was_there = ours(id) ? id < next_id_ : peer_ids_.contains(id);
  if (!was_there || (stream != nullptr && stream->announce_syn)) return base::fail(Errc::bad_stream_id);
  return {};
}

base::Result<void> Yamux::begin_data(StreamState* stream, const FrameHeader& header) {
  if (stream == nullptr) {
    if (header.length > limits_.largest_window) return base::fail(Errc::bad_length);
  } else if (header.length > 0) {
    if (stream->remote_finished) return base::fail(Errc::after_finish);
    if (header.length > stream->receive_credit) return base::fail(Errc::window_exceeded);
    stream->receive_credit -= header.length;
    stream->activity.received(header.length, stream->window - Limits::first_window, now_);
    budget_.received(header.length, now_);
    received_since_ping_ += header.length;
    if (received_since_ping_ >= limits_.ping_after && round_trip_.due(now_, limits_.ping_interval))
      send_ping();
    grow_when_outrun(*stream);
  }
  data_frame_ = header;
  payload_left_ = header.length;
  if (payload_left_ == 0) end_data();
  return {};
}

void Yamux::take_payload(base::ByteView payload) {
  if (auto* const stream = find(data_frame_.stream); stream != nullptr && !stream->abandoned) {
    stream->received.push(payload);
    buffered_ += payload.size();
    recount(*stream);
    notify(*stream, Event::Kind::readable);
  }
  payload_left_ -= payload.size();
  if (payload_left_ == 0) end_data();
}

void Yamux::end_data() {
  if (auto* const stream = find(data_frame_.stream)) take_finish(*stream, data_frame_.flags);
}

base::Result<void> Yamux::take_credit(StreamState& stream, std::uint32_t credit) {
  if (credit > std::numeric_limits<std::uint32_t>::max() - stream.send_window)
    return base::fail(Errc::window_exceeded);
  const bool was_empty = stream.send_window == 0;
  stream.send_window += credit;
  if (was_empty && credit > 0 && !stream.finished) notify(stream, Event::Kind::writable);
  return {};
}

void Yamux::take_finish(StreamState& stream, std::uint16_t flags) {
  if ((flags & flag::fin) == 0 || stream.remote_finished) return;
  stream.remote_finished = true;
  notify(stream, Event::Kind::remote_finished);
  forget_when_done(stream);
}

void Yamux::take_reset(StreamState& stream) {
  // An owner that has not heard of the stream need not hear of its end.
  if (!stream.opened_queued) notify(stream, Event::Kind::reset);
  forget(stream);
}

}  // namespace qnet::mux
