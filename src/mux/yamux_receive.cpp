// The receiving half of Yamux: frames in, checked one by one.
#include <algorithm>
#include <limits>

#include "mux/yamux.hpp"

namespace qnet::mux {

base::Result<void> Yamux::receive(base::ByteView bytes, Time now) {
  now_ = now;
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const auto payload = bytes.first(std::min(bytes.size(), payload_left_));
      take_payload(payload);
      bytes = bytes.subspan(payload.size());
      continue;
    }
    const auto count = std::min(bytes.size(), FrameHeader::size - header_filled_);
    std::copy_n(bytes.begin(), count, header_bytes_.begin() + static_cast<std::ptrdiff_t>(header_filled_));
    header_filled_ += count;
    bytes = bytes.subspan(count);
    if (header_filled_ < FrameHeader::size) break;
    header_filled_ = 0;
    const auto header = FrameHeader::decode(header_bytes_);
    auto handled = header ? handle(*header) : base::Result<void>(tl::unexpected(header.error()));
    if (!handled) {
      go_away(GoAway::protocol_error);
      return handled;
    }
  }
  shed_when_over_budget();
  return {};
}

base::Result<void> Yamux::handle(const FrameHeader& header) {
  switch (header.type) {
    case FrameType::ping: handle_ping(header); return {};
    case FrameType::go_away:
      going_away_ = true;
      events_.push_back({Event::Kind::go_away, 0});
      return {};
    case FrameType::data:
    case FrameType::window_update: return handle_stream_frame(header);
  }
  return base::fail(Errc::bad_type);
}

void Yamux::handle_ping(const FrameHeader& header) {
  if ((header.flags & flag::syn) != 0) {
    if (++pings_answered_ <= limits_.unanswered_pings) write_frame(FrameType::ping, flag::ack, 0, header.length);
    return;
  }
  if ((header.flags & flag::ack) == 0 || !ping_sent_ || header.length != ping_value_) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now_ - *ping_sent_);
  round_trip_ = round_trip_ ? std::min(*round_trip_, took) : took;
  ping_sent_.reset();
}

base::Result<void> Yamux::handle_stream_frame(const FrameHeader& header) {
  auto* stream = find(header.stream);
  if ((header.flags & flag::syn) != 0) {
    if (stream != nullptr) return base::fail(Errc::duplicate_stream);
    auto accepted = accept(header);
    if (!accepted) return base::forward_error(accepted);
    stream = *accepted;
  } else if (stream == nullptr) {
    // After our reset the peer may still have frames on their way; of a stream that never was there can be none.
    const bool was_there = ours(header.stream) ? header.stream < next_id_ : header.stream <= highest_remote_;
    if (!was_there) return base::fail(Errc::bad_stream_id);
  }
  if (stream != nullptr && (header.flags & flag::rst) != 0) {
    events_.push_back({Event::Kind::reset, header.stream});
    forget(*stream);
    stream = nullptr;
  }
  if (header.type == FrameType::data) return begin_data(stream, header);
  if (stream == nullptr) return {};
  if (auto taken = take_credit(*stream, header); !taken) return taken;
  take_end_flags(*stream, header.flags);
  return {};
}

base::Result<StreamState*> Yamux::accept(const FrameHeader& header) {
  if (ours(header.stream)) return base::fail(Errc::bad_stream_id);
  highest_remote_ = std::max(highest_remote_, header.stream);
  if (going_away_ || inbound_ >= limits_.inbound_streams) {
    write_frame(FrameType::data, flag::rst, header.stream, 0);
    return nullptr;
  }
  auto& stream = streams_[header.stream] = std::make_unique<StreamState>();
  ++inbound_;
  stream->id = header.stream;
  stream->send_window = stream->receive_credit = stream->window = limits_.first_window;
  stream->announce_ack = true;
  events_.push_back({Event::Kind::opened, header.stream});
  return stream.get();
}

base::Result<void> Yamux::begin_data(StreamState* stream, const FrameHeader& header) {
  if (stream != nullptr) {
    if (header.length > stream->receive_credit) return base::fail(Errc::window_exceeded);
    if (header.length > 0 && stream->remote_finished) return base::fail(Errc::bad_flags);
    stream->receive_credit -= header.length;
    if (stream->window_opened == Time{}) stream->window_opened = now_;
    pings_answered_ = 0;
  } else if (header.length > limits_.largest_window) {
    return base::fail(Errc::bad_length);  // more than any stream of ours ever allowed
  }
  current_ = header;
  payload_left_ = header.length;
  if (payload_left_ == 0) end_frame();
  return {};
}

base::Result<void> Yamux::take_credit(StreamState& stream, const FrameHeader& header) {
  if (header.length > std::numeric_limits<std::uint32_t>::max() - stream.send_window)
    return base::fail(Errc::window_exceeded);
  const bool was_empty = stream.send_window == 0;
  stream.send_window += header.length;
  if (was_empty && header.length > 0) notify(stream, Event::Kind::writable);
  return {};
}

void Yamux::take_payload(base::ByteView payload) {
  if (auto* const stream = find(current_.stream)) {
    stream->received.push(payload);
    buffered_ += payload.size();
    notify(*stream, Event::Kind::readable);
  }
  payload_left_ -= payload.size();
  if (payload_left_ == 0) end_frame();
}

void Yamux::end_frame() {
  if (auto* const stream = find(current_.stream)) take_end_flags(*stream, current_.flags);
}

void Yamux::take_end_flags(StreamState& stream, std::uint16_t flags) {
  if ((flags & flag::fin) == 0 || stream.remote_finished) return;
  stream.remote_finished = true;
  events_.push_back({Event::Kind::remote_finished, stream.id});
  forget_when_done(stream);
}

void Yamux::shed_when_over_budget() {
  while (buffered_ > limits_.buffered) {
    const auto greediest = std::ranges::max_element(
        streams_, {}, [](const auto& entry) { return entry.second->received.size(); });
    const auto id = greediest->first;
    reset(id);
    events_.push_back({Event::Kind::reset, id});
  }
}

}  // namespace qnet::mux
