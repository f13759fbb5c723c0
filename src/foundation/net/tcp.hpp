// TCP as a ByteStream, and the two ways to come by one: dialling and accepting.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "foundation/net/breakable_stream.hpp"
#include "foundation/net/error.hpp"

namespace qnet::net {

using tcp = boost::asio::ip::tcp;

struct UnsentLimits {
  /// Of the path's rate. A short message waits so long behind a long one, and on a circuit at each link: so
  /// no longer than it takes a process to come and write more.
  static constexpr std::chrono::milliseconds time{5};
  /// The rate is asked for no more often than this: on a fast path it would cost as much as a small write.
  static constexpr std::chrono::milliseconds look{10};
  /// Also on the slowest path, and while its rate is not known: the first flight is no larger by much.
  static constexpr std::size_t least = 8 * 1024;
  /// write_room() is at least one whole record of TLS, so that slow lines do not make small ones.
  static constexpr std::size_t record = 5 + 16384 + 256;
};

class TcpStream final : public BreakableStream {
 public:
  /// Takes a connected socket; sets it non-blocking, without Nagle's delay.
  explicit TcpStream(tcp::socket socket);
  ~TcpStream() override;

  Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  [[nodiscard]] Outgoing outgoing() const override;
  void finish() override;
  void reset() override;
  void close() override;
  /// Ends at urgent data, which nobody here uses, and once both directions have ended.
  void on_break(std::function<void()> function) override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

  /// Notices a peer that has vanished while nothing is sent: probes after so long without traffic. Probes are
  /// seen on the wire, so the caller says what its cover would do. Gives up after as many probes without an
  /// answer; without a number, after as many as the system says (Linux: 9). They are `interval` apart,
  /// without one as far as the first is from the traffic, at most 45 s.
  void keep_alive(std::chrono::seconds idle, std::optional<int> probes = std::nullopt,
                  std::optional<std::chrono::seconds> interval = std::nullopt);

  /// Gives up on a peer that acknowledges nothing, or takes nothing, for 30 s. For our own sessions only:
  /// their other end always reads, but a web server may pause for as long as it likes.
  void give_up_on_silence();

  /// Keeps little in the kernel that was written and not yet sent: what the path carries in
  /// UnsentLimits::time, at most `bytes`. wait_writable() waits, and write_room() is 0, while there is more.
  /// What is queued above TCP can then still change, and no stream of a session waits behind seconds of
  /// another. Best effort.
  void limit_unsent(std::size_t bytes);

  [[nodiscard]] tcp::socket& socket() { return socket_; }

 private:
  struct Break;
  void follow_rate();

  mutable tcp::socket socket_;    // as its native_handle() is not const
  std::shared_ptr<Break> break_;  // null until somebody wants to know
  std::size_t unsent_limit_ = 0;  // 0: none
  std::size_t unsent_now_ = 0;    // what it comes to at the path's present rate
  std::chrono::steady_clock::time_point next_look_;
  bool read_ended_ = false;
  bool write_ended_ = false;
};

/// Resolves by the system's resolver and takes the address that answers first. For the relay's own address
/// and the cover origin only: a person's destinations are never resolved on this machine.
Task<base::Result<tcp::socket>> connect_to_host(std::string host, std::uint16_t port,
                                                std::chrono::milliseconds deadline);

/// Opens a listening socket. The error names the address, and says whether it is taken or not permitted.
[[nodiscard]] base::Result<tcp::acceptor> listen(boost::asio::io_context& io, const tcp::endpoint& at);

/// "192.0.2.7:443" or "[2001:db8::1]:443".
[[nodiscard]] std::string to_text(const tcp::endpoint& endpoint);

}  // namespace qnet::net
