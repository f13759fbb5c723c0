// yamux (HashiCorp's specification, version 0, as libp2p uses it): many flow-controlled streams over one.
// A state machine: bytes and the time go in; frames (to a ByteSink), events and errors come out.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "mux/frame.hpp"
#include "mux/limits.hpp"
#include "mux/stream_state.hpp"

namespace qnet::mux {

enum class Role { initiator, responder };  ///< the initiator's streams have odd numbers

struct Event {
  enum class Kind {
    opened,           ///< the peer opened a stream
    readable,         ///< more bytes can be read
    writable,         ///< the window was empty and is not any more
    remote_finished,  ///< the peer will send no more; at_end() once everything is read
    reset,            ///< the stream is gone
    go_away,          ///< the peer takes no new streams; `stream` is 0
  };
  Kind kind;
  StreamId stream;
};

class Yamux {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `out` must outlive this and takes whole frames.
  Yamux(Role role, const Limits& limits, base::ByteSink& out);

  /// Takes bytes in pieces of any size. After an error a GoAway has been written and the session must end.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes, Time now);

  /// Events since the last call; several of one kind for one stream come as one.
  [[nodiscard]] std::optional<Event> next_event();

  /// The stream exists for the peer with the first frame that is sent on it.
  [[nodiscard]] base::Result<StreamId> open();

  /// Sends as many of the first bytes as the window allows; returns how many.
  std::size_t send(StreamId stream, base::ByteView bytes);
  [[nodiscard]] std::size_t send_window(StreamId stream) const;

  [[nodiscard]] std::size_t readable(StreamId stream) const;
  /// All that can be read; valid until the next call that changes the stream.
  [[nodiscard]] base::ByteView peek(StreamId stream) const;
  void consume(StreamId stream, std::size_t count);
  std::size_t read(StreamId stream, base::MutableBytes out);

  /// Whether the peer has finished and all was read; also for a stream that is no more.
  [[nodiscard]] bool at_end(StreamId stream) const;

  /// Ends our direction.
  void finish(StreamId stream);
  /// Ends both at once. A stream that is no more is left alone, as by the next call.
  void reset(StreamId stream);
  /// The owner has gone: resets the stream unless both directions have ended.
  void abandon(StreamId stream);

  void go_away(GoAway code);

  /// Measures the round trip when it is time to; call now and then while the session is busy.
  void tick(Time now);
  [[nodiscard]] std::optional<std::chrono::microseconds> round_trip() const { return round_trip_; }

  [[nodiscard]] std::size_t stream_count() const { return streams_.size(); }
  /// Bytes received and not yet read, in all streams.
  [[nodiscard]] std::size_t buffered() const { return buffered_; }

 private:
  using Streams = std::unordered_map<StreamId, std::unique_ptr<StreamState>>;

  [[nodiscard]] StreamState* find(StreamId id);
  [[nodiscard]] const StreamState* find(StreamId id) const;
  [[nodiscard]] bool ours(StreamId id) const { return (id % 2 == 1) == (role_ == Role::initiator); }

  [[nodiscard]] base::Result<void> handle(const FrameHeader& header);
  [[nodiscard]] base::Result<void> handle_stream_frame(const FrameHeader& header);
  [[nodiscard]] base::Result<StreamState*> accept(const FrameHeader& header);
  [[nodiscard]] base::Result<void> begin_data(StreamState* stream, const FrameHeader& header);
  [[nodiscard]] base::Result<void> take_credit(StreamState& stream, const FrameHeader& header);
  void handle_ping(const FrameHeader& header);
  void take_payload(base::ByteView payload);
  void end_frame();
  void take_end_flags(StreamState& stream, std::uint16_t flags);
  void shed_when_over_budget();

  void write_frame(FrameType type, std::uint16_t flags, StreamId id, std::uint32_t length);
  [[nodiscard]] std::uint16_t opening_flags(StreamState& stream);
  void return_credit(StreamState& stream);
  void notify(StreamState& stream, Event::Kind kind);
  void forget(StreamState& stream);
  void forget_when_done(StreamState& stream);

  Role role_;
  Limits limits_;
  base::ByteSink& out_;
  Streams streams_;
  std::deque<Event> events_;
  std::size_t inbound_ = 0;
  std::size_t buffered_ = 0;
  std::uint64_t extra_windows_ = 0;  // granted beyond the first window, all streams together
  std::uint64_t next_id_;
  StreamId highest_remote_ = 0;
  bool going_away_ = false;

  // The frame that is being received.
  FrameHeader::Bytes header_bytes_{};
  std::size_t header_filled_ = 0;
  FrameHeader current_;
  std::size_t payload_left_ = 0;

  Time now_{};
  std::optional<Time> ping_sent_;
  std::optional<Time> last_ping_;
  std::uint32_t ping_value_ = 0;
  std::size_t pings_answered_ = 0;
  std::optional<std::chrono::microseconds> round_trip_;
};

}  // namespace qnet::mux
