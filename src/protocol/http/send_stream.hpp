// A reply's body that comes in chunks, for as long as its source and its client want. Private to the server.
#pragma once

#include <chrono>

#include "protocol/http/message.hpp"

namespace qnet::http {

enum class Framing {
  chunked,      ///< RFC 9112 §7.1
  until_close,  ///< for HTTP/1.0: the bytes alone
};

/// Sends what `next` gives. True when that came to its end; false when the client went before or took longer
/// than `limit` for one chunk, when the socket was closed, or when `next` threw, which is logged. What the
/// client sends meanwhile is thrown away, and too much of it ends the stream. Nothing else may read from the
/// socket.
[[nodiscard]] net::Task<bool> send_stream(net::tcp::socket& socket, const NextChunk& next, Framing framing,
                                          std::chrono::milliseconds limit);

}  // namespace qnet::http
