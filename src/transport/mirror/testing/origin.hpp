// A web server in the test's own process and thread: real TLS by OpenSSL, on loopback.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include <openssl/ssl.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/crypto/self_signed.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/h2/engine.hpp"
#include "protocol/openssl_tls/stream.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/testing/slow_stream.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror::testing {

/// Silences that cost a test nothing. That the origin shares the visitor's thread makes them safe: in each of
/// the steps of a silence the thread also does what the origin has to do.
inline VisitTimes short_times() {
  VisitTimes times;
  times.quiet = std::chrono::milliseconds(8);
  times.idle = std::chrono::milliseconds(40);
  times.stagger = std::chrono::milliseconds(1);
  return times;
}

/// What the origin does. A test may change it while the origin runs.
struct Manners {
  enum class Greeting { tls, hangs_up, says_nothing } greeting = Greeting::tls;
  int highest = TLS1_3_VERSION;
  std::size_t tickets = 2;
  bool http2 = true;
  std::string answer = "an answer";  ///< to each piece of what a visitor says
  bool babbles = false;              ///< goes on talking after the handshake
  bool resets_broken = false;        ///< a handshake that fails ends with a reset
  /// In steps of a millisecond, each of which sees the visitor's thread run; 0 waits for the visitor's end.
  int rests_after_request = 0;
  int waits_for_finished = 0;
  /// Whether this connection, the first of which is 1, is hung up on, …
  std::function<bool(std::size_t connection)> hangs_up = [](std::size_t) { return false; };
  /// … has TLS 1.2 at most, …
  std::function<bool(std::size_t connection)> speaks_old_tls = [](std::size_t) { return false; };
  /// … or served slowly, once its hello was answered.
  std::function<bool(std::size_t connection)> slow = [](std::size_t) { return false; };
};

/// The :authority of the first request in what a visitor said over HTTP/2; empty where there is none.
inline std::string name_asked_for(std::string_view said) {
  h2::Engine http2(h2::Role::server, h2::Limits());
  (void)http2.receive(base::bytes_of(said));
  const auto event = http2.next_event();
  return std::string(event ? h2::find(http2.headers(event->stream), ":authority").value_or("") : "");
}

class Origin {
 public:
  static constexpr const char* kName = "www.example.com";

  explicit Origin(boost::asio::io_context& io, const Manners& first = {})
      : manners(first), acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    const auto now = std::chrono::system_clock::now();
    const std::string names[] = {kName};
    certificate_ =
        crypto::self_signed(names, now - std::chrono::hours(24), now + std::chrono::hours(24 * 60));
    authorities_ =
        std::make_shared<crypto::TrustStore>(crypto::TrustStore::from_der(certificate_->certificate).value());
    port_ = acceptor_.local_endpoint().port();
    boost::asio::co_spawn(io, accept(), boost::asio::detached);
  }

  /// As a relay's operator names it.
  [[nodiscard]] CoverOrigin address() const { return {"127.0.0.1", port_, kName, authorities_}; }

  /// From now on connections are refused.
  void stop() { acceptor_.close(); }

  Manners manners;
  std::size_t connections = 0;
  std::size_t handshakes = 0;  ///< that were finished
  std::size_t over = 0;        ///< connections that are over
  std::string heard;           ///< of all visitors
  std::size_t visitors = 0;    ///< that are there now
  std::size_t most_visitors = 0;

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL refused");
  }

  static int choose_http2(SSL*, const unsigned char** chosen, unsigned char* size,
                          const unsigned char* offered, unsigned offered_size, void*) {
    static constexpr unsigned char h2[] = {2, 'h', '2'};
    unsigned char* found = nullptr;
    const auto result = SSL_select_next_proto(&found, size, h2, sizeof(h2), offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  }

  [[nodiscard]] openssl_tls::Context context() {
    const int highest = manners.speaks_old_tls(connections) ? TLS1_2_VERSION : manners.highest;
    const std::tuple wanted(highest, manners.tickets, manners.http2);
    if (!context_ || made_for_ != wanted) context_ = make_context(highest);
    made_for_ = wanted;
    return context_;
  }

  [[nodiscard]] openssl_tls::Context make_context(int highest) const {
    openssl_tls::Context made(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    const auto& der = certificate_->certificate;
    const auto key = certificate_->private_key.view();
    require(SSL_CTX_use_certificate_ASN1(made.get(), static_cast<int>(der.size()), der.data()) == 1);
    require(SSL_CTX_use_PrivateKey_ASN1(EVP_PKEY_EC, made.get(), key.data(), static_cast<long>(key.size())) ==
            1);
    require(SSL_CTX_set_max_proto_version(made.get(), highest) == 1);
    require(SSL_CTX_set_num_tickets(made.get(), manners.tickets) == 1);
    SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (manners.http2) SSL_CTX_set_alpn_select_cb(made.get(), choose_http2, nullptr);
    return made;
  }

  net::Task<void> accept() {
    while (acceptor_.is_open()) {
      auto [error, socket] =
          co_await acceptor_.async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
      if (error) co_return;
      ++connections;
      boost::asio::co_spawn(acceptor_.get_executor(),
                            serve(std::make_unique<net::TcpStream>(std::move(socket))),
                            [this](const std::exception_ptr&) { ++over; });
    }
  }

  net::Task<void> serve(std::unique_ptr<net::TcpStream> socket) {
    most_visitors = std::max(most_visitors, ++visitors);
    co_await greet(std::move(socket));
    --visitors;
  }

  net::Task<void> greet(std::unique_ptr<net::TcpStream> socket) {
    if (manners.greeting == Manners::Greeting::tls && !manners.hangs_up(connections)) {
      co_await serve_tls(std::move(socket));
      co_return;
    }
    base::Bytes hello(4096);
    (void)co_await net::read_some(*socket, hello);
    if (manners.greeting == Manners::Greeting::says_nothing) (void)co_await net::read_some(*socket, hello);
    socket->reset();
  }

  net::Task<void> serve_tls(std::unique_ptr<net::TcpStream> socket) {
    constexpr int slowness = 50;
    std::unique_ptr<net::ByteStream> lower = std::move(socket);
    if (manners.slow(connections)) lower = std::make_unique<SlowStream>(std::move(lower), slowness);
    openssl_tls::Stream stream(std::move(lower), context());
    const auto shaken = co_await handshake(stream);
    if (!shaken) {
      manners.resets_broken ? stream.reset() : stream.close();
      co_return;
    }
    ++handshakes;
    if (manners.babbles) co_await babble(stream);
    co_await converse(stream);
    stream.close();
  }

  net::Task<base::Result<void>> handshake(openssl_tls::Stream& stream) const {
    const auto ended = std::make_shared<bool>(false);
    if (manners.waits_for_finished > 0)
      boost::asio::co_spawn(stream.executor(), give_up(stream, ended, manners.waits_for_finished),
                            boost::asio::detached);
    auto result = co_await stream.handshake();
    *ended = true;
    co_return result;
  }

  static net::Task<void> give_up(openssl_tls::Stream& stream, std::shared_ptr<bool> ended, int after) {
    co_await steps(after);
    if (!*ended) stream.close();
  }

  net::Task<void> babble(net::ByteStream& stream) const {
    for (int i = 0; i < 1000; ++i) {
      const auto sent = co_await net::write_all(stream, base::bytes_of(manners.answer));
      if (!sent) co_return;
      co_await steps(1);
    }
  }

  net::Task<void> converse(net::ByteStream& stream) {
    std::string said;
    base::Bytes chunk(4096);
    for (;;) {
      const auto got = co_await net::read_some(stream, chunk);
      if (!got || *got == 0) co_return;
      const auto text = base::text_of(base::ByteView(chunk).first(*got));
      said += text;
      heard += text;
      const auto sent = co_await net::write_all(stream, base::bytes_of(manners.answer));
      if (!sent) co_return;
      if (manners.rests_after_request == 0 || name_asked_for(said) != kName) continue;
      co_await steps(manners.rests_after_request);
      co_return;
    }
  }

  std::optional<crypto::SelfSigned> certificate_;
  std::shared_ptr<const crypto::TrustStore> authorities_;
  openssl_tls::Context context_;
  std::tuple<int, std::size_t, bool> made_for_;
  net::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace qnet::mirror::testing
