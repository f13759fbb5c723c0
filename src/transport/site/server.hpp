// One accepted connection of cover `site`, from TLS to its end: requests of strangers go to the web site, and
// the stream of a recognised peer to a session.
#pragma once

#include <functional>
#include <memory>

#include "foundation/base/random.hpp"
#include "protocol/h2/stream.hpp"
#include "protocol/openssl_tls/context.hpp"
#include "transport/site/exchange.hpp"
#include "transport/site/gate.hpp"
#include "transport/site/limits.hpp"

namespace qnet::site {

/// What the relay is told, and asked.
struct Hooks {
  std::function<bool()> has_room;  ///< for one more session
  std::function<void(Gate::Visit)> visited;
  std::function<void(const crypto::X25519Public&)>
      recognised;                ///< whose ephemeral key; before it is answered
  std::function<void()> failed;  ///< recognised, but the handshake did not finish
  /// `whole_record`: of its records (htx::RecordLinkConfig).
  std::function<void(std::unique_ptr<net::ByteStream>, Finished, std::size_t whole_record)> accepted;
};

/// Lives on one io_context. Whoever is in it keeps it alive.
class Server : public std::enable_shared_from_this<Server> {
 public:
  /// References must outlive every connection. `site` and `gate` may be shared with other cores.
  Server(const Gate& gate, std::shared_ptr<const Site> site, Hooks hooks, base::RandomSource& random,
         const Limits& limits)
      : gate_(gate), site_(std::move(site)), hooks_(std::move(hooks)), random_(random), limits_(limits) {}

  /// Ends TLS here: HTTP/2 or HTTP/1.1, and peers bound to this very connection.
  net::Task<void> serve_tls(std::unique_ptr<net::ByteStream> socket, openssl_tls::Context context);
  /// For a web server in front, which ends TLS: HTTP/1.1, and peers that are not bound.
  net::Task<void> serve_plain(std::unique_ptr<net::ByteStream> socket);

 private:
  net::Task<void> serve_http1(std::unique_ptr<net::ByteStream> stream, Binding binding, bool with_peers);
  net::Task<void> serve_http2(std::unique_ptr<net::ByteStream> stream, Binding binding, bool with_peers);
  net::Task<void> serve_stream(std::unique_ptr<h2::Stream> stream, Binding binding, bool with_peers);
  [[nodiscard]] std::unique_ptr<Responder> recognise(const Request& request, bool websocket,
                                                     const Binding& binding) const;
  net::Task<void> receive_peer(std::unique_ptr<net::ByteStream> stream, std::unique_ptr<Responder> responder,
                               std::size_t whole_record);
  net::Task<bool> shake_hands(net::ByteStream& peer, Responder& responder);

  const Gate& gate_;
  std::shared_ptr<const Site> site_;
  Hooks hooks_;
  base::RandomSource& random_;
  Limits limits_;
};

}  // namespace qnet::site
