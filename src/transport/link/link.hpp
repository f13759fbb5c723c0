// A Link: bytes to and from one authenticated peer, disguised by a transport. All that is above, sessions
// first, knows of a transport is this.
#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "foundation/crypto/hash.hpp"
#include "foundation/crypto/x25519.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::link {

/// What the handshake has left to know.
struct Facts {
  crypto::X25519Public peer_key{};  ///< the static key that the peer has shown to hold
  crypto::Digest handshake_hash{};  ///< the same at both ends, and of no other link (Noise §11.2)
  /// For limits on what one client may cause; nothing where a web server in front is the only one that knows.
  /// Never for a log.
  std::optional<boost::asio::ip::address> remote_address{};
  /// After so long without a byte this side ends the link, as its cover ends idle connections; 0: never.
  std::chrono::seconds idle_after{0};
  /// What a full record of the link has room for: who gives multiples of it makes no small ones.
  std::size_t record_data = 16'383;
};

/// What a TCP connection below a link holds unsent at most: about one call of send(), so that what is queued
/// above can still change, and no stream waits behind megabytes of another.
inline constexpr std::size_t kUnsent = 128 * 1024;

/// Who uses a link: takes what comes, and gives what goes out when the link can send it, not before.
class User {
 public:
  User() = default;
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  virtual ~User() = default;

  /// The next bytes from the peer; valid until this returns. An error ends what the link was asked to do.
  /// Must not use net::thread_scratch().
  [[nodiscard]] virtual base::Result<void> take(base::ByteView bytes) = 0;
  /// Writes to the beginning of `out` what is to be sent next, and returns its size; 0 when nothing waits.
  [[nodiscard]] virtual std::size_t give(base::MutableBytes out) = 0;
};

/// How this side ends a link. What an observer sees of each is the transport's business.
enum class Ending { orderly, idle, failed };

/// What a call of receive() or send() came to.
enum class Progress {
  some,     ///< something moved, and more may at once
  blocked,  ///< receive: nothing has come; send: the connection takes no more now
  nothing,  ///< receive: the peer has ended its direction in an orderly way; send: nothing waits any more
};

/// Belongs to one io_context; every call is made there. At most one reader and one writer at a time.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;

  [[nodiscard]] virtual const Facts& facts() const = 0;
  [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;

  /// Waits until receive() has something to say.
  virtual net::Task<base::Result<void>> wait_readable() = 0;
  /// Gives the user what has come, in order; does not wait.
  [[nodiscard]] virtual base::Result<Progress> receive(User& user) = 0;

  /// Waits until send() can send.
  virtual net::Task<base::Result<void>> wait_writable() = 0;
  /// Takes from the user what the connection can take now, or less so that others have their turn; does not
  /// wait.
  [[nodiscard]] virtual base::Result<Progress> send(User& user) = 0;

  /// How what was sent gets on; zeros when the link does not know.
  [[nodiscard]] virtual net::Outgoing outgoing() const { return {}; }

  /// Ends our direction; best effort, does not wait. Receiving goes on.
  virtual void finish(Ending how) = 0;
  /// Ends both directions, and wakes whoever waits.
  virtual void close() = 0;
};

}  // namespace qnet::link
