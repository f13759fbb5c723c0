// Every bound of the multiplexer, with its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "protocol/mux/allowance.hpp"
#include "protocol/mux/frame.hpp"

namespace qnet::mux {

struct Limits {
  /// Both specifications fix a stream's first window; neither side can ask for less.
  static constexpr std::uint32_t first_window = 256 * 1024;

  /// One stream fills 1 Gbit/s over 130 ms with this (design §4).
  std::uint32_t largest_window = 16 * 1024 * 1024;

  /// Bytes that a session holds for readers that do not read; its memory is at most twice that. Windows grow
  /// only while all of them together stay below it. More than 256 first windows pass it all the same: when
  /// that many readers stall at once, the stream that holds most is reset.
  std::size_t buffered = 64 * 1024 * 1024;

  /// What one stream takes beside its bytes, counted in the process's budget: what is known of it here and in
  /// the session.
  static constexpr std::size_t stream_memory = 1024;

  /// Of `buffered`, what all streams together are given before they have shown to need it. Most streams are
  /// idle, such as a browser's, and give nothing back.
  std::size_t given_ahead = 16 * 1024 * 1024;

  /// Streams that the peer may have open. A browser rarely passes 200; 500 downloads at once must work.
  std::size_t inbound_streams = 1024;
  /// As many as a peer with these limits accepts: more would only come back as resets.
  std::size_t outbound_streams = 1024;

  /// Payload of one frame that we send at most; a record has room for less. What we receive needs no such
  /// bound: it is passed on in pieces, and counts against the window.
  std::uint32_t frame_payload = 16 * 1024;

  /// A round trip is measured at most this often: paths change seldom.
  std::chrono::seconds ping_interval = std::chrono::seconds(10);
  /// Received before the first measurement: an exchange of small messages never outgrows a first window.
  std::size_t ping_after = 64 * 1024;

  /// Pings of the peer that are answered; others are dropped. Each answer waits in memory until the peer
  /// reads it. The field's implementations ping once in 10 to 30 seconds.
  Allowance::Rate pings = {.burst = 64, .per_second = 8};
  /// Streams that are refused with a reset, for the same reason. A peer that goes on is abusive: the session
  /// ends.
  Allowance::Rate refusals = {.burst = 1024, .per_second = 64};

  /// The peer's numbers may come out of order when its streams race; runs of numbers left out are remembered.
  std::size_t id_gaps = 1024;
  /// Events not fetched yet. Five for each stream is the most that an owner who fetches them can meet.
  std::size_t events = 16 * 1024;

  /// Where our stream numbers end: at 32 bits on the wire, earlier in tests.
  StreamId highest_id = 0xFFFFFFFF;
};

}  // namespace qnet::mux
