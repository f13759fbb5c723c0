#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::h2 {

/// What the other side of one connection may take.
struct Limits {
  /// At once, opened by the other side; nginx's http2_max_concurrent_streams.
  std::uint32_t streams = 128;
  /// Of one message: names and values, with 32 bytes for each field (RFC 9113 §10.5.1). What nginx takes.
  std::size_t header_bytes = std::size_t{32} * 1024;
  std::size_t header_fields = 128;
  /// Unread bytes of one stream, and of all together. An ordinary visitor sends no more than forms.
  std::int32_t stream_window = 256 * 1024;
  std::int32_t connection_window = 1024 * 1024;
  /// Both, of a stream that is read as fast as it comes: 8 MiB are 640 Mbit/s at 100 ms.
  std::int32_t wide_window = 8 * 1024 * 1024;
  /// Bytes of one stream that wait to be framed.
  std::size_t unsent = std::size_t{256} * 1024;
  /// And of all streams of a connection; nginx has two buffers of 32 KiB for each of its 128.
  std::size_t unsent_of_all = std::size_t{4} * 1024 * 1024;
  /// A connection whose far end takes none of them for so long ends; nginx's send_timeout.
  std::chrono::milliseconds progress{60'000};
  /// RFC 8446 §5.1.
  static constexpr std::size_t record = 16384;
  /// Frames that wait for the connection below, so that writes are large.
  std::size_t frames = 4 * record;
  /// A connection without a stream ends after this; nginx's keepalive_timeout.
  std::chrono::milliseconds idle{75'000};

  /// A client that opens one stream: the SETTINGS and WINDOW_UPDATE that Chromium begins with.
  [[nodiscard]] static Limits browser() {
    Limits limits;
    limits.stream_window = 6 * 1024 * 1024;
    limits.connection_window = 15 * 1024 * 1024;
    limits.header_bytes = std::size_t{256} * 1024;
    limits.streams = 0;  // says nothing of it
    return limits;
  }
};

}  // namespace qnet::h2
