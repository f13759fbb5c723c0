// Every bound of the multiplexer, with its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::mux {

struct Limits {
  /// Both specifications fix a stream's first window; neither side can say otherwise.
  std::uint32_t first_window = 256 * 1024;
  /// One stream fills 1 Gbit/s over 130 ms with this (design §4).
  std::uint32_t largest_window = 16 * 1024 * 1024;
  /// Windows beyond the first grow only while all of them together stay under this.
  std::uint64_t window_budget = 64 * 1024 * 1024;
  /// What a whole session may hold for readers that do not read. Over it, the stream that holds most is reset.
  std::size_t buffered = 96 * 1024 * 1024;
  /// Streams that the peer may have open. A browser rarely passes 200; 500 downloads at once must work.
  std::size_t inbound_streams = 1024;
  std::size_t outbound_streams = 4096;
  /// Payload of one frame that we send: about one record, so that streams take turns.
  std::uint32_t frame_payload = 16 * 1024;
  /// A round trip is measured at most this often, and only while data flows.
  std::chrono::seconds ping_interval = std::chrono::seconds(10);
  /// Of the peer's pings between two of our own frames of data: each costs an answer.
  std::size_t unanswered_pings = 64;
};

}  // namespace qnet::mux
