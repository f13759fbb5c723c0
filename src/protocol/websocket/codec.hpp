// WebSocket frames (RFC 6455 §5) as a state machine without I/O, for one stream of bytes in binary messages.
// How it is cut into messages means nothing, as those on the way may cut it anew.
#pragma once

#include <array>

#include "foundation/base/byte_queue.hpp"
#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "protocol/websocket/error.hpp"

namespace qnet::websocket {

enum class Role { client, server };

struct Limits {
  /// One frame of ours, with its header: it fills a record of TLS (RFC 8446 §5.1). A longer one would leave a
  /// short record behind, and how many of these there are would tell how much was written at once.
  static constexpr std::size_t frame = 16384;
  /// §5.5.
  static constexpr std::size_t control = 125;
  /// Answers to pings that the other side has not read: a thousand of them.
  static constexpr std::size_t answers = std::size_t{128} * 1024;
};

/// Of one frame of ours. Its length takes two bytes of the header, its mask four (RFC 6455 §5.2).
[[nodiscard]] constexpr std::size_t longest_payload(Role role) {
  return Limits::frame - (role == Role::client ? 8 : 4);
}

class Codec {
 public:
  /// `random` must outlive this; it masks a client's frames (§5.3).
  Codec(Role role, base::RandomSource& random) : role_(role), random_(random) {}

  /// Takes what the other side sent: its data goes to `data`, answers of the protocol's own to `answers`.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes, base::ByteQueue& data,
                                           base::ByteQueue& answers);
  /// One binary message of at most longest_payload().
  void send(base::ByteView data, base::ByteQueue& out);
  /// The last frame: close, 1000.
  void send_close(base::ByteQueue& out);

  [[nodiscard]] std::size_t longest_payload() const { return websocket::longest_payload(role_); }
  /// The other side has said that it sends no more.
  [[nodiscard]] bool at_end() const { return at_end_; }
  /// We have said our last.
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  [[nodiscard]] base::Result<bool> take_header();
  [[nodiscard]] base::Result<void> check_header(std::size_t extended);
  [[nodiscard]] base::Result<void> take_control(base::ByteQueue& answers);
  void append_frame(std::uint8_t opcode, base::ByteView payload, base::ByteQueue& out);

  Role role_;
  base::RandomSource& random_;
  base::Bytes header_;   // of the frame that has begun
  base::Bytes control_;  // payload of a control frame
  std::array<std::uint8_t, 4> mask_{};
  std::uint64_t left_ = 0;  // of the frame's payload
  std::size_t masked_ = 0;  // place in the mask
  std::uint8_t opcode_ = 0;
  bool in_frame_ = false;
  bool in_message_ = false;  // a fragmented message has begun
  bool at_end_ = false;
  bool closed_ = false;  // our last frame was sent
};

}  // namespace qnet::websocket
