// yamux (HashiCorp's specification, version 0, as libp2p uses it): many flow-controlled streams over one.
// A state machine: bytes and the time go in; events and errors come out, and frames when they are asked for.
// What waits to be sent is in no frame yet, so that streams take turns and what is queued can still change.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "foundation/base/byte_queue.hpp"
#include "foundation/base/result.hpp"
#include "protocol/mux/allowance.hpp"
#include "protocol/mux/budget.hpp"
#include "protocol/mux/frame.hpp"
#include "protocol/mux/limits.hpp"
#include "protocol/mux/round_trip.hpp"
#include "protocol/mux/stream_state.hpp"
#include "protocol/mux/turns.hpp"
#include "protocol/mux/used_ids.hpp"

namespace qnet::mux {

enum class Role { initiator, responder };  ///< the initiator's streams have odd numbers

struct Event {
  enum class Kind {
    opened,           ///< the peer opened a stream
    readable,         ///< more bytes can be read
    writable,         ///< the window was empty and is not any more
    remote_finished,  ///< the peer will send no more; at_end() once everything is read
    reset,    ///< the stream is gone: by the peer, or because its reader stalled too long (Limits::buffered)
    go_away,  ///< the peer takes no new streams; `stream` is 0, peer_went_away() tells why
  };
  Kind kind;
  StreamId stream;
};

class Yamux {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `budget`: of all sessions of the process, if they have one. `party`: see BudgetShare.
  Yamux(Role role, const Limits& limits, std::shared_ptr<Budget> budget = nullptr, std::uint64_t party = 0);
  Yamux(const Yamux&) = delete;
  Yamux& operator=(const Yamux&) = delete;

  /// Takes bytes in pieces of any size. After an error a GoAway waits and the session must end;
  /// every later call returns the same error. Memory grows by at most bytes.size() over Limits::buffered.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes, Time now);

  /// What has happened since the last call; several of one kind for one stream come as one. Fetch all after
  /// each receive(). A stream that is opened and reset between two calls is never mentioned.
  [[nodiscard]] std::optional<Event> next_event();

  /// The stream exists for the peer with the first frame that is sent on it.
  [[nodiscard]] base::Result<StreamId> open();

  /// Writes frames of what waits to the beginning of `out`: answers first, then one frame of each stream in
  /// turn. Returns their size; 0 when nothing waits, or when `out` is too small for a frame. A frame is as
  /// long as there is room, so that one stream's data fills `out`.
  std::size_t pull(base::MutableBytes out);
  /// Payload that waits, of all streams.
  [[nodiscard]] std::size_t queued() const { return queued_; }
  [[nodiscard]] std::size_t queued(StreamId stream) const;
  /// Frames without payload that wait: answers, credit, openings, ends.
  [[nodiscard]] std::size_t queued_answers() const { return answers_.size(); }

  /// Queues as many of the first bytes as the window allows; returns how many. The first frame on a stream of
  /// the peer's also acknowledges it, and some peers end a session whose streams stay unacknowledged for
  /// long.
  std::size_t send(StreamId stream, base::ByteView bytes);
  [[nodiscard]] std::size_t send_window(StreamId stream) const;
  /// Memory in which the next bytes can be made instead of sent, so that they are not copied: the thread's
  /// (base::ChunkQueue::prepare()), valid until the next call.
  [[nodiscard]] static base::MutableBytes prepare() { return base::ChunkQueue::prepare(); }
  /// send() of the first `count` bytes of it, at most send_window(stream).
  void commit(StreamId stream, std::size_t count);

  [[nodiscard]] std::size_t readable(StreamId stream) const;
  /// All that can be read; valid until the next call that changes the stream.
  [[nodiscard]] base::ByteView peek(StreamId stream) const;
  /// Drops the oldest `count` bytes; count <= readable(stream).
  void consume(StreamId stream, std::size_t count);
  /// Copies out and drops at most out.size() of the oldest bytes; returns how many.
  std::size_t read(StreamId stream, base::MutableBytes out);

  /// Whether the peer has finished and all was read; also for a stream that is no more.
  [[nodiscard]] bool at_end(StreamId stream) const;

  /// Ends our direction behind what is queued. A stream that has ended both ways and has been read to its end
  /// is no more; calls that name it do nothing.
  void finish(StreamId stream);
  /// Ends both directions at once, and drops what was not read or not sent.
  void reset(StreamId stream);
  /// The owner has gone: resets the stream unless both directions have ended. After finish(), what is queued
  /// goes out first.
  void abandon(StreamId stream);

  /// No new streams in either direction; those that are open go on.
  void go_away(GoAway code);
  /// The code of the peer's GoAway, which may be none of GoAway's.
  [[nodiscard]] const std::optional<std::uint32_t>& peer_went_away() const { return peer_went_away_; }

  /// When advance() wants to be called: to measure the round trip. Nothing when there is nothing to measure.
  /// Optional: bulk data makes it happen as well.
  [[nodiscard]] std::optional<Time> next_deadline() const;
  /// Does what is due.
  void advance(Time now);
  /// Asks the peer for a sign of life: a ping, unless one is on its way. Peers answer some in a second only.
  void probe(Time now);
  [[nodiscard]] std::optional<std::chrono::microseconds> round_trip() const;

  /// See BudgetShare::on_asked(): `function` has let_go() called on the session's thread.
  void on_asked_to_let_go(std::function<void()> function) { budget_.on_asked(std::move(function)); }
  /// Resets the fullest streams when the budget has asked for it; receive() does so too. An error when there
  /// was nothing to let go of but answers that the peer does not take: the session must end.
  [[nodiscard]] base::Result<void> let_go();

  [[nodiscard]] std::size_t stream_count() const { return streams_.size(); }
  /// Memory for what was received and not read, for what waits to be sent, and for the streams themselves.
  [[nodiscard]] std::size_t held() const { return memory_ + answers_.memory(); }
  /// Bytes received and not yet read, in all streams.
  [[nodiscard]] std::size_t buffered() const { return buffered_; }
  /// What the peers of all open streams may have on its way and unread at once.
  [[nodiscard]] std::uint64_t granted() const { return granted_; }

 private:
  [[nodiscard]] StreamState* find(StreamId id);
  [[nodiscard]] const StreamState* find(StreamId id) const;
  [[nodiscard]] bool ours(StreamId id) const { return (id % 2 == 1) == (role_ == Role::initiator); }

  // Frames in (yamux_receive.cpp).
  [[nodiscard]] base::Result<void> handle_frames(base::ByteView bytes);
  [[nodiscard]] base::Result<void> handle(const FrameHeader& header);
  [[nodiscard]] base::Result<void> handle_ping(const FrameHeader& header);
  [[nodiscard]] base::Result<void> handle_stream_frame(const FrameHeader& header);
  [[nodiscard]] base::Result<StreamState*> accept(StreamId id);
  [[nodiscard]] base::Result<void> check_known(StreamId id, const StreamState* stream) const;
  [[nodiscard]] base::Result<void> begin_data(StreamState* stream, const FrameHeader& header);
  [[nodiscard]] base::Result<void> take_credit(StreamState& stream, std::uint32_t credit);
  void take_payload(base::ByteView payload);
  void end_data();
  void take_finish(StreamState& stream, std::uint16_t flags);
  void take_reset(StreamState& stream);

  // Frames out.
  void queue_frame(FrameType type, std::uint16_t flags, StreamId id, std::uint32_t length);
  std::size_t pull_answers(base::MutableBytes out);
  std::size_t pull_data(StreamState& stream, base::MutableBytes out);
  void note_queued(StreamState& stream, std::size_t count);
  void send_finish(StreamState& stream);
  void send_ping();

  // How much the peer may send (yamux_window.cpp).
  void return_credit(StreamState& stream);
  void grow_when_outrun(StreamState& stream);
  void begin_with_learned_window(StreamState& stream);
  void take_as_earned(StreamState& stream);
  [[nodiscard]] std::uint64_t left_to_grant();
  void widen(StreamState& stream, std::uint32_t more);
  void take_back(StreamState& stream);
  void take_back_idle_windows();
  // What is held (yamux_memory.cpp).
  [[nodiscard]] base::Result<void> shed_when_over_budget();
  std::size_t reset_fullest(std::size_t wanted, const std::function<bool()>& enough);
  void recount(StreamState& stream);
  void tell_budget();

  StreamState& add_stream(StreamId id);
  void notify(StreamState& stream, Event::Kind kind);
  void forget(StreamState& stream);
  void forget_when_done(StreamState& stream);

  Role role_;
  Limits limits_;
  BudgetShare budget_;
  std::unordered_map<StreamId, StreamState> streams_;
  Turns turns_;              // of the streams with queued data
  base::ByteQueue answers_;  // whole frames without payload
  std::size_t queued_ = 0;
  std::vector<Event> events_;   // rather than a deque, of which an empty one takes 600 bytes
  std::size_t next_event_ = 0;  // of events_
  std::size_t inbound_ = 0;
  std::size_t buffered_ = 0;
  std::size_t memory_ = 0;  // of all streams: the sum of what each counts
  std::uint64_t granted_ = 0;
  Time next_idle_look_{};
  std::size_t given_ahead_ = 0;                          // to all streams
  std::uint32_t learned_window_ = Limits::first_window;  // the largest that a stream has needed
  std::uint64_t next_id_;
  UsedIds peer_ids_;
  bool went_away_ = false;
  std::optional<std::uint32_t> peer_went_away_;
  std::optional<base::Error> failure_;

  // The frame that is being received.
  FrameHeader::Bytes partial_header_{};
  std::size_t partial_size_ = 0;
  FrameHeader data_frame_;
  std::size_t payload_left_ = 0;

  Time now_{};  // of the last receive() or advance()
  RoundTrip round_trip_;
  std::size_t received_since_ping_ = 0;
  Allowance pings_;
  Allowance refusals_;
};

}  // namespace qnet::mux
