#include "transport/mirror/browse.hpp"

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::mirror {

namespace {

constexpr std::size_t kReadSize = 16 * 1024;

/// What came, and took what time it liked within the limits; nothing when the connection has ended.
net::Task<base::ByteView> listen(net::TcpStream& server, base::MutableBytes into,
                                 std::chrono::seconds silence) {
  const net::Deadline limit(server.executor(), silence, [&server] { server.close(); });
  const auto got = co_await net::read_some(server, into);
  co_return base::ByteView(into).first(got ? *got : 0);
}

}  // namespace

net::Task<void> browse(std::unique_ptr<net::TcpStream> server, std::unique_ptr<PageVisit> visit,
                       base::Bytes received) {
  const net::Deadline limit(server->executor(), BrowseLimits::whole, [&server] { server->close(); });
  base::Bytes chunk(kReadSize);
  base::ByteView came = received;
  for (bool first = true; first || !came.empty(); first = false) {
    const auto taken = visit->receive(came);
    const auto words = visit->take_output();
    if (!taken) {
      (void)server->try_write(words);
      break;
    }
    if (auto sent = co_await net::write_all(*server, words); !sent) break;
    if (visit->ended()) break;
    came = co_await listen(*server, chunk, visit->asked() ? BrowseLimits::idle : BrowseLimits::handshake);
  }
  // A browser says no close_notify.
  server->close();
}

}  // namespace qnet::mirror
