// What yamux knows of one stream.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/byte_queue.hpp"
#include "mux/frame.hpp"

namespace qnet::mux {

struct StreamState {
  StreamId id = 0;
  base::ByteQueue received;
  std::uint32_t send_window = 0;     ///< what we may still send
  std::uint32_t receive_credit = 0;  ///< what the peer may still send
  std::uint32_t window = 0;          ///< what we aim to let the peer have on its way at once
  std::chrono::steady_clock::time_point window_opened;

  bool announce_syn = false;  ///< our first frame has not gone out
  bool announce_ack = false;  ///< the peer's opening has not been acknowledged
  bool finished = false;      ///< by us
  bool remote_finished = false;

  // Which events wait to be fetched, so that each waits once.
  bool readable_queued = false;
  bool writable_queued = false;
};

}  // namespace qnet::mux
