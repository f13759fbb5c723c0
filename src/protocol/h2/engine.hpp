// HTTP/2 (RFC 9113) as a state machine without I/O, by nghttp2: bytes in, events and bytes out. One code for
// both roles.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "foundation/base/byte_queue.hpp"
#include "foundation/base/result.hpp"
#include "protocol/h2/error.hpp"
#include "protocol/h2/limits.hpp"

struct nghttp2_session;

namespace qnet::h2 {

enum class Role { client, server };
using StreamId = std::int32_t;

struct Header {
  std::string name;  ///< lower case; pseudo-headers begin with a colon
  std::string value;

  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

/// The first of that name; nothing when there is none.
[[nodiscard]] std::optional<std::string_view> find(const Headers& headers, std::string_view name);

/// How a client begins, in every detail: for one that is to look like another's.
struct Opening {
  std::vector<std::pair<std::uint16_t, std::uint32_t>> settings;
  std::uint32_t window = 0;         ///< what the first WINDOW_UPDATE of the connection adds
  std::uint32_t stream_window = 0;  ///< and one of each stream, behind its HEADERS; 0: there is none
  std::uint32_t weight = 0;         ///< of a request's priority (RFC 7540 §5.3.2); 0: it has none
  bool exclusive = false;           ///< that priority
};

struct Event {
  enum class Kind {
    headers,   ///< a request or a response is there: headers()
    readable,  ///< more of a body, or its end
    reset,     ///< the stream is over, and not in order
  };
  Kind kind;
  StreamId stream;
};

class Engine {
 public:
  Engine(Role role, const Limits& limits);
  /// A client that begins as told; of `limits` only what bounds the other side counts.
  Engine(const Limits& limits, Opening opening);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Takes what came from the other side. After an error only output() is of use: it has a GOAWAY.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes);
  [[nodiscard]] std::optional<Event> next_event();

  /// Appends frames to `out` until it has `limit` bytes or there are no more.
  void output(base::ByteQueue& out, std::size_t limit);
  /// Nothing more will be sent or taken.
  [[nodiscard]] bool finished() const;

  /// A client's request, with a body to come; with `end`, without one.
  [[nodiscard]] base::Result<StreamId> request(const Headers& headers, bool end = false);
  /// A server's response; with `end`, one without a body.
  [[nodiscard]] base::Result<void> respond(StreamId stream, const Headers& headers, bool end);
  /// What the other side sent first.
  [[nodiscard]] const Headers& headers(StreamId stream) const;

  std::size_t read(StreamId stream, base::MutableBytes out);
  [[nodiscard]] std::size_t readable(StreamId stream) const;
  /// All was read, and the other side has ended.
  [[nodiscard]] bool at_end(StreamId stream) const;
  [[nodiscard]] bool was_reset(StreamId stream) const;

  [[nodiscard]] std::size_t room(StreamId stream) const;
  /// Bytes of all streams that wait for the other side's window, and how many it has ever taken.
  [[nodiscard]] std::size_t unsent() const { return unsent_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  std::size_t write(StreamId stream, base::ByteView bytes);
  void finish(StreamId stream);
  void reset(StreamId stream);
  /// For a stream whose reader never pauses: Limits::wide_window.
  void widen(StreamId stream);
  /// Its owner is gone: resets it unless all was said, and forgets it.
  void release(StreamId stream);

  /// No new streams; those that are open go on.
  void go_away();

 private:
  struct Callbacks;
  struct State {
    Headers headers;
    std::size_t header_bytes = 0;
    base::ByteQueue in;
    base::ByteQueue out;
    bool headers_done = false;
    bool remote_ended = false;
    bool finished = false;  // nothing will be written any more
    bool all_sent = false;  // and all of it was sent
    bool reset = false;
    bool closed = false;    // nghttp2 knows it no more
    bool released = false;  // its owner does not
  };
  void create_session();
  [[nodiscard]] State* state(StreamId stream);
  [[nodiscard]] const State* state(StreamId stream) const;
  void drop_rest(StreamId stream);
  void drop_unsent(State& known);
  void forget_if_done(StreamId stream);

  Limits limits_;
  Role role_;
  std::optional<Opening> opening_;
  std::unique_ptr<nghttp2_session, void (*)(nghttp2_session*)> session_;
  std::unordered_map<StreamId, State> streams_;
  std::deque<Event> events_;
  std::size_t unsent_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace qnet::h2
