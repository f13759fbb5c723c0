// A Session: an authenticated peer and many byte streams, each opened with a protocol name. This is the only
// thing that the mesh, circuits and exits know of a peer, whatever bears it.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/base/random.hpp"
#include "foundation/crypto/hash.hpp"
#include "foundation/crypto/x25519.hpp"
#include "foundation/net/byte_stream.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/session/error.hpp"
#include "protocol/mux/yamux.hpp"
#include "protocol/noise/symmetric_state.hpp"
#include "transport/htx/record.hpp"

namespace qnet::session {

class Stream;

/// Serves one stream that the peer opened. The Stream is the handler's; destroying it unfinished resets it.
using Handler = std::function<net::Task<void>(std::unique_ptr<Stream>)>;
using Protocols = std::map<std::string, Handler, std::less<>>;

struct SessionLimits {
  /// Sealed bytes that wait for the socket. One large write's worth: more only adds delay.
  static constexpr std::size_t backlog = 256 * 1024;
  /// Answers to the peer's frames (credit, refusals, resets) come on top. A peer that makes us write this
  /// much without reading it is abusive: the session ends.
  static constexpr std::size_t answers = 1024 * 1024;
  /// What one stream may add to the backlog before its neighbours have their turn.
  static constexpr std::size_t turn = 64 * 1024;
  /// For the peer to say which protocol a stream is for.
  static constexpr std::chrono::seconds negotiation = std::chrono::seconds(10);
  /// For the last bytes and the peer's end after close().
  static constexpr std::chrono::seconds closing = std::chrono::seconds(2);
};

/// How this side ends a session that nobody uses: as the origin ends an idle connection.
struct IdleEnd {
  std::chrono::seconds after{0};     ///< 0: never
  std::vector<std::size_t> records;  ///< body sizes of empty records before the FIN
};

/// What a finished handshake leaves.
struct Established {
  noise::CipherState send;
  noise::CipherState receive;
  base::Bytes received;  ///< plaintext that came with the handshake
  base::Bytes unread;    ///< record bytes that came behind it
  std::vector<std::size_t>
      opening_records;            ///< body sizes of empty records to send first (the answer to the first one)
  std::size_t alert_record = 19;  ///< body size of the record before an orderly or a failed end
  IdleEnd idle{};
  /// Whose connection it is, for limits on what one asker may cause; none where a web server in front is the
  /// only one that knows. Never for a log.
  std::optional<boost::asio::ip::address> remote_address{};
  crypto::Digest handshake_hash{};  ///< Noise §11.2
  crypto::X25519Public peer_key{};  ///< the static key that the peer has shown to hold
};

/// Lives on one io_context, on which every call is made. Kept alive by its own loops until it ends.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// Starts the loops. `random` must outlive the session.
  [[nodiscard]] static std::shared_ptr<Session> start(std::unique_ptr<net::ByteStream> transport,
                                                      mux::Role role, Established established,
                                                      Protocols protocols, base::RandomSource& random);

  /// Opens a stream at once, without a round trip: the protocol's name and `first` go out together. Whether
  /// the peer speaks the protocol shows at the first read.
  [[nodiscard]] base::Result<std::unique_ptr<Stream>> open(std::string protocol, base::ByteView first);

  /// Says good-bye: sends what waits, then ends. Streams still open are reset.
  void close();
  /// Takes and opens no new streams. Those that are open go on; the session ends with the last of them.
  void drain();

  [[nodiscard]] bool alive() const { return !ended_; }
  /// Whether streams can be opened: not since close() or drain(), nor since the peer takes no more.
  [[nodiscard]] bool usable() const { return !ended_ && !closing_ && !draining_; }
  /// Why it ended; meaningful when !alive().
  [[nodiscard]] const base::Error& reason() const { return reason_; }
  [[nodiscard]] std::size_t stream_count() const { return mux_.stream_count(); }
  /// The handshake's transcript: the same at both ends, and of no other session (Noise §11.2).
  [[nodiscard]] const crypto::Digest& handshake_hash() const { return handshake_hash_; }
  /// The static key that the peer has shown to hold: a relay's own, or a client's of this session only.
  [[nodiscard]] const crypto::X25519Public& peer_key() const { return peer_key_; }
  /// When the peer was last heard of: whatever it sent.
  [[nodiscard]] std::chrono::steady_clock::time_point last_heard() const { return last_heard_; }

  /// Runs once, when the session has ended.
  void on_end(std::function<void()> function);

 private:
  friend class Stream;
  /// Takes only the keys and the numbers of `established`.
  Session(std::unique_ptr<net::ByteStream> transport, mux::Role role, Established& established,
          Protocols protocols, base::RandomSource& random);

  void launch(Established& established);
  [[nodiscard]] boost::asio::any_io_executor executor();
  net::Task<void> read_loop(base::Bytes received);
  net::Task<void> write_loop();
  net::Task<void> say_goodbye();
  net::Task<void> housekeeping();
  net::Task<void> watch_idle(IdleEnd idle);
  net::Task<void> serve(std::unique_ptr<Stream> stream);

  base::Result<void> take_records(base::MutableBytes bytes);
  base::Result<void> take_plaintext(base::ByteView bytes);
  void dispatch_events();
  void send_alert();
  void end_with_peer();
  void fail(base::Error reason);
  void end(base::Error reason);
  void wake_writer();
  void offer_room();
  void offer_room_to_all();
  void offer_room_to_first();
  [[nodiscard]] std::size_t room() const;

  std::unique_ptr<net::ByteStream> transport_;
  Protocols protocols_;
  htx::RecordWriter writer_;
  htx::RecordReader reader_;
  mux::Yamux mux_;
  base::Bytes partial_;  // the start of a record whose end has not come
  std::unordered_map<mux::StreamId, Stream*> streams_;
  std::list<mux::StreamId> waiting_for_room_;  // which takes no memory while it is empty
  net::Signal work_;
  boost::asio::steady_timer housekeeping_timer_;
  std::size_t alert_record_;
  std::optional<boost::asio::ip::address> remote_address_;
  crypto::Digest handshake_hash_;
  crypto::X25519Public peer_key_;
  std::function<void()> on_end_;
  base::Error reason_ = Errc::ended;
  std::chrono::steady_clock::time_point last_traffic_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_heard_ = last_traffic_;
  boost::asio::steady_timer idle_timer_;
  bool idle_end_ = false;
  bool closing_ = false;
  bool draining_ = false;  // no new streams; closes when the last one has ended
  bool ended_ = false;
  bool active_ = false;
  bool housekeeping_runs_ = false;
};

}  // namespace qnet::session
