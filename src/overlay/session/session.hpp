// A Session: an authenticated peer and many byte streams, each opened with a protocol name. This is the only
// thing that the overlay, circuits and exits know of a peer, whatever bears it.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/signal.hpp"
#include "overlay/session/error.hpp"
#include "overlay/session/stall.hpp"
#include "protocol/mux/yamux.hpp"
#include "transport/link/link.hpp"

namespace qnet::session {

class Stream;

/// Serves one stream that the peer opened. The Stream is the handler's; destroying it unfinished resets it.
using Handler = std::function<net::Task<void>(std::unique_ptr<Stream>)>;
using Protocols = std::map<std::string, Handler, std::less<>>;

struct SessionLimits {
  /// Payload of a frame that fills one HTX record of the largest size (link::Facts::record_data). Sizes that
  /// are a multiple of it leave no rest that would take a small record of its own.
  static constexpr std::size_t full_frame = 16'371;
  /// Bytes of all streams that wait to be sent, in full frames of the link. One large write's worth: more
  /// only adds delay.
  static constexpr std::size_t backlog_frames = 16;
  static constexpr std::size_t backlog = backlog_frames * full_frame;
  /// The same while all sessions of the process hold more than half of their budget.
  static constexpr std::size_t tight_backlog_frames = 2;
  /// Answers to the peer's frames (credit, refusals, resets) come on top. A peer that makes us write this
  /// much without reading it is abusive: the session ends.
  static constexpr std::size_t answers = 1024 * 1024;
  /// A stream that has less than this queued may always fill it, so that a short message does not wait for
  /// the backlog of others. Of each stream, on top of the backlog.
  static constexpr std::size_t short_message = 4 * 1024;
  /// For the peer to say which protocol a stream is for.
  static constexpr std::chrono::seconds negotiation = std::chrono::seconds(10);
  /// A peer that takes less than Stall::least in so long, while more waits, does not read; nginx's
  /// send_timeout.
  static constexpr std::chrono::seconds blocked = std::chrono::seconds(60);
  /// For the last bytes and the peer's end after close().
  static constexpr std::chrono::seconds closing = std::chrono::seconds(2);
  /// The multiplexer's time is told so long after traffic began, and only while there is some.
  static constexpr std::chrono::seconds settling = std::chrono::seconds(1);
};

/// What differs from session to session.
struct SessionOptions {
  std::chrono::milliseconds blocked = SessionLimits::blocked;
  std::chrono::milliseconds negotiation = SessionLimits::negotiation;
  /// Of the process, for what all its sessions hold; without one each has only limits of its own.
  std::shared_ptr<mux::Budget> budget{};
  /// Whose session it is, where sessions of one address are counted together; 0: nobody knows.
  std::uint64_t party = 0;
  /// What one stream's window grows to at most: less where many people share the session.
  std::uint32_t largest_window = mux::Limits().largest_window;
};

/// Lives on the link's io_context, on which every call is made. Kept alive by its own loops until it ends.
class Session final : public std::enable_shared_from_this<Session>, private link::User {
 public:
  /// Starts the loops.
  [[nodiscard]] static std::shared_ptr<Session> start(std::unique_ptr<link::Link> link, mux::Role role,
                                                      Protocols protocols, SessionOptions options = {});

  /// Opens a stream at once, without a round trip: the protocol's name and `first` go out together. Whether
  /// the peer speaks the protocol shows at the first read.
  [[nodiscard]] base::Result<std::unique_ptr<Stream>> open(std::string protocol, base::ByteView first);

  /// Says good-bye: sends what waits, as far as the peer takes it in two seconds, then ends. Streams take
  /// nothing more to be sent, and those still open are reset.
  void close();
  /// Takes and opens no new streams. Those that are open go on; the session ends with the last of them.
  void drain();
  /// Asks the peer for a sign of life, which last_heard() shows. At most a few times a second.
  void probe();

  [[nodiscard]] bool alive() const { return !ended_; }
  /// Whether streams can be opened: not since close() or drain(), nor since the peer takes no more.
  [[nodiscard]] bool usable() const { return !ended_ && !closing_ && !draining_; }
  /// Why it ended; meaningful when !alive().
  [[nodiscard]] const base::Error& reason() const { return reason_; }
  [[nodiscard]] std::size_t stream_count() const { return mux_.stream_count(); }
  /// SessionOptions::party.
  [[nodiscard]] std::uint64_t party() const { return options_.party; }
  /// The peer's identity, and what else the link knows of it.
  [[nodiscard]] const link::Facts& facts() const { return link_->facts(); }
  /// When the peer was last heard of: whatever it sent.
  [[nodiscard]] std::chrono::steady_clock::time_point last_heard() const { return last_heard_; }

  /// How what was sent gets on, as far as the link knows.
  [[nodiscard]] net::Outgoing outgoing() const { return link_->outgoing(); }

  [[nodiscard]] boost::asio::any_io_executor executor() { return link_->executor(); }

  /// Runs once, when the session has ended.
  void on_end(std::function<void()> function);
  /// Runs once, when the peer is heard next, if that is before the end. It takes the place of one that was
  /// given before.
  void on_heard(std::function<void()> function) { on_heard_ = std::move(function); }

 private:
  friend class Stream;
  using TimePoint = std::chrono::steady_clock::time_point;
  Session(std::unique_ptr<link::Link> link, mux::Role role, Protocols protocols, SessionOptions options);

  // link::User
  [[nodiscard]] base::Result<void> take(base::ByteView bytes) override;
  [[nodiscard]] std::size_t give(base::MutableBytes out) override;

  net::Task<void> read_loop();
  net::Task<void> write_loop();
  // Streams that the peer has opened (session_serve.cpp).
  void await_name(mux::StreamId stream);
  void begin_to_serve(const mux::Event& event);
  void reset_unnamed(TimePoint time);
  net::Task<void> serve(std::unique_ptr<Stream> stream);

  void dispatch_events();
  /// The process's budget has asked for it.
  void let_go();
  void wake_writer();
  void begin_closing();
  void say_goodbye();
  void finish_link();
  void end_with_peer();
  void fail(base::Error reason);
  void end(base::Error reason);

  // One timer, for whatever is due first (session_deadlines.cpp).
  void schedule();  ///< when there was traffic
  void arm();
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  [[nodiscard]] std::optional<TimePoint> idle_end_due() const;
  [[nodiscard]] std::uint64_t taken_by_peer() const;
  void at_deadline();

  // The streams that wait for room in the backlog.
  void offer_room();
  void offer_room_to_all();
  void offer_room_to_first();
  [[nodiscard]] std::size_t backlog() const;
  [[nodiscard]] std::size_t room() const;
  /// What each of so many streams may add before its neighbours have their turn: all of the backlog, when
  /// nobody else waits, as large pieces cost less; when many wait, one full frame at least.
  [[nodiscard]] std::size_t turn(std::size_t streams) const;
  [[nodiscard]] std::size_t room_for(mux::StreamId stream) const;

  std::unique_ptr<link::Link> link_;
  std::size_t full_frame_;  // payload of a frame that fills a record of `link_`
  Protocols protocols_;
  SessionOptions options_;
  mux::Yamux mux_;
  std::unordered_map<mux::StreamId, Stream*> streams_;
  std::list<mux::StreamId> waiting_for_room_;  // which takes no memory while it is empty
  Stall stall_;                                // since the link takes no more
  net::Signal work_;
  std::function<void()> on_end_;
  std::function<void()> on_heard_;
  base::Error reason_ = Errc::ended;
  std::uint64_t given_ = 0;  // to the link
  TimePoint last_traffic_ = std::chrono::steady_clock::now();
  TimePoint last_heard_ = last_traffic_;
  boost::asio::steady_timer timer_;
  std::optional<TimePoint> timer_at_;
  std::optional<TimePoint> mux_at_;             // when the multiplexer is told the time
  std::map<mux::StreamId, TimePoint> unnamed_;  // streams whose opener has said nothing, and till when
  std::optional<TimePoint> unnamed_due_;        // not later than the first of them
  std::optional<TimePoint> closing_until_;      // since close(), and since our direction has ended
  bool idle_end_ = false;
  bool closing_ = false;
  bool said_goodbye_ = false;
  bool draining_ = false;  // no new streams; closes when the last one has ended
  bool ended_ = false;
};

}  // namespace qnet::session
