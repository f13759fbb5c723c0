// What yamux knows of one stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>

#include "foundation/base/byte_queue.hpp"
#include "foundation/base/chunk_queue.hpp"
#include "protocol/mux/activity.hpp"
#include "protocol/mux/frame.hpp"
#include "protocol/mux/limits.hpp"

namespace qnet::mux {

struct StreamState {
  StreamId id = 0;
  base::ByteQueue received;
  base::ChunkQueue outgoing;                            ///< within the window, and in no frame yet
  std::uint32_t send_window = Limits::first_window;     ///< what we may still send
  std::uint32_t receive_credit = Limits::first_window;  ///< what the peer may still send
  std::uint32_t window = Limits::first_window;  ///< what the peer may have on its way and unread at once
  std::size_t counted = 0;                      ///< of the session's memory: bytes, and what the stream costs
  std::uint32_t given_ahead = 0;                ///< of `window`, before the stream has shown to need it

  /// Since when the peer has been using the credit that it was last given.
  std::optional<std::chrono::steady_clock::time_point> credit_in_use_since;
  Activity activity;             ///< of the peer's sending
  bool credit_returned = false;  ///< and no data has come since

  bool announce_syn = false;  ///< our first frame has not gone out
  bool announce_ack = false;  ///< the peer's opening has not been acknowledged
  bool finished = false;      ///< by us: nothing is added to `outgoing`
  bool finish_sent = false;   ///< and the peer is told
  bool abandoned = false;     ///< what is in `outgoing` goes out, what comes is dropped
  bool remote_finished = false;

  /// In the order of those that send (turns.hpp).
  std::optional<std::list<StreamState*>::iterator> turn;
  bool was_quiet = false;

  // Which events wait to be fetched, so that each waits once.
  bool opened_queued = false;
  bool readable_queued = false;
  bool writable_queued = false;

  /// For the next frame, whatever it is: it opens or acknowledges the stream if none has yet.
  [[nodiscard]] std::uint16_t take_opening_flags() {
    if (std::exchange(announce_syn, false)) return flag::syn;
    if (std::exchange(announce_ack, false)) return flag::ack;
    return 0;
  }
};

}  // namespace qnet::mux
