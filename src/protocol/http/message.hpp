// What an HTTP server is asked, and what it answers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/net/tcp.hpp"

namespace qnet::http {

/// Valid until the reply is there.
struct Request {
  std::string_view method;
  std::string_view target;  ///< as sent, with its query
  std::string_view host;    ///< the one Host field; empty when there is none or more than one
  std::string_view body;
  std::string_view if_none_match;
  std::string_view accept_encoding;
  std::string_view authorization;
  std::string_view origin;          ///< of the page that asks, in a browser
  std::string_view sec_fetch_site;  ///< the browser's own words, as the next (Fetch Metadata)
  std::string_view sec_fetch_mode;
  bool forwarded = false;   ///< a proxy passed it on: `from` is not who asked
  net::tcp::endpoint from;  ///< IPv4 as IPv4, also on a socket for both families; never for a log
};

/// What a reply says: its own text, or bytes that others are sent too and that nobody copies.
class Body {
 public:
  Body() = default;
  explicit(false) Body(std::string text)
      : owner_(std::make_shared<const std::string>(std::move(text))),
        bytes_(*std::static_pointer_cast<const std::string>(owner_)) {}
  /// `bytes` lie in what `owner` keeps.
  Body(std::shared_ptr<const void> owner, std::string_view bytes) : owner_(std::move(owner)), bytes_(bytes) {}
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view bytes_;
};

/// Gives a streamed body's next chunk, and nothing at its end. The server calls it again when the last chunk
/// is sent, so a slow reader makes it wait. It may wait as long as it likes: what it waits for is cancelled,
/// and its coroutine destroyed, when the client goes and in the io_context's next turn after stop(). So it
/// owns or shares what it uses. A chunk is held whole until it is sent; an empty one sends nothing.
using NextChunk = std::function<net::Task<std::optional<std::string>>()>;

struct Reply {
  unsigned status = 200;
  std::string content_type{};
  Body body{};
  /// Further header fields. One that the server sets by itself, such as Cache-Control, is replaced.
  std::vector<std::pair<std::string, std::string>> fields{};
  NextChunk stream{};  ///< where there is one, the body comes from it, and the connection ends with it
};

/// {"error": …, "hint": …}
[[nodiscard]] Reply error_reply(unsigned status, std::string_view error, std::string_view hint);

/// 429, with Retry-After.
[[nodiscard]] Reply too_many_requests(std::string_view hint, std::chrono::seconds pause);

/// Adds the header field Retry-After.
void retry_after(Reply& reply, std::chrono::seconds pause);

}  // namespace qnet::http
