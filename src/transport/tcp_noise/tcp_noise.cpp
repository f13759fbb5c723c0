#include "transport/tcp_noise/tcp_noise.hpp"

#include <array>
#include <utility>

#include "foundation/ip/asio_address.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "protocol/noise/handshake_state.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/link/error.hpp"
#include "transport/link/link_places.hpp"

namespace qnet::tcp_noise {

namespace {

using noise::Role;

// Noise §7.5, XK: "e, es", "e, ee", "s, se", each with an empty payload.
constexpr std::array<std::size_t, 3> kMessages{32 + 16, 32 + 16, 32 + 16 + 16};

net::Task<base::Result<void>> read_message(net::ByteStream& stream, noise::HandshakeState& handshake,
                                           std::size_t size) {
  base::Bytes message(size);
  for (base::MutableBytes rest(message); !rest.empty();) {
    const auto got = co_await net::read_some(stream, rest);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(link::Errc::not_recognised);
    rest = rest.subspan(*got);
  }
  base::Bytes payload;
  if (!handshake.read(message, payload)) co_return base::fail(link::Errc::not_recognised);
  co_return base::Result<void>();
}

net::Task<base::Result<void>> exchange(net::ByteStream& stream, noise::HandshakeState& handshake, Role role) {
  for (std::size_t i = 0; i < kMessages.size(); ++i) {
    if ((i % 2 == 0) != (role == Role::initiator)) {
      if (auto read = co_await read_message(stream, handshake, kMessages.at(i)); !read) co_return read;
      continue;
    }
    base::Bytes message;
    if (auto written = handshake.write({}, message); !written) co_return written;
    if (auto sent = co_await net::write_all(stream, message); !sent) co_return sent;
  }
  co_return base::Result<void>();
}

/// `remote` is the relay's key at the initiator, nothing at the responder.
net::Task<base::Result<std::unique_ptr<link::Link>>> make_link(std::unique_ptr<net::TcpStream> stream,
                                                               Role role, crypto::X25519KeyPair own,
                                                               std::optional<crypto::X25519Public> remote,
                                                               std::shared_ptr<const void> counted,
                                                               link::VisitorPlaces::Place* place,
                                                               base::RandomSource& random) {
  noise::HandshakeState handshake({noise::Pattern::xk, role, {}, std::move(own), remote}, random);
  {
    auto& connection = *stream;
    const net::Deadline limit(connection.executor(), link::DialLimits::handshake,
                              [&] { connection.reset(); });
    if (place != nullptr) place->on_leave([&](link::VisitorPlaces::Leave) { connection.reset(); });
    const auto done = co_await exchange(connection, handshake, role);
    if (place != nullptr) place->on_leave(nullptr);
    if (limit.expired()) co_return base::fail(link::Errc::handshake_timed_out);
    if (!done) co_return tl::unexpected(done.error());
  }
  auto config = htx::record_link_config(handshake.split(), role, handshake.remote_static().value());
  if (role == Role::responder) config.facts.remote_address = ip::limited_remote_address(stream->socket());
  config.counted = std::move(counted);
  stream->limit_unsent(link::kUnsent);
  co_return std::make_unique<htx::RecordLink>(std::move(stream), std::move(config), random);
}

net::Task<base::Result<link::Dialled>> dial(link::RelayAddress relay,
                                            std::shared_ptr<const crypto::X25519KeyPair> own_key,
                                            base::RandomSource& random) {
  auto socket = co_await net::connect_to_host(relay.host, relay.port, link::DialLimits::connect);
  if (!socket) co_return tl::unexpected(socket.error());
  auto own = own_key ? own_key->clone() : crypto::X25519KeyPair::generate(random);
  const auto started = std::chrono::steady_clock::now();
  auto made = co_await make_link(std::make_unique<net::TcpStream>(std::move(*socket)), Role::initiator,
                                 std::move(own), relay.noise_key, nullptr, nullptr, random);
  if (!made) co_return tl::unexpected(made.error());
  link::Dialled dialled{std::move(*made), {}};
  dialled.round_trip =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  co_return dialled;
}

class Listener final : public link::Listener {
 public:
  static base::Result<std::unique_ptr<link::Listener>> open(net::IoPool& pool, ListenerConfig config,
                                                            base::RandomSource& random) {
    auto acceptor = net::listen(pool.first(), config.listen);
    if (!acceptor) return base::forward_error(acceptor);
    return std::make_unique<Listener>(pool, std::move(config), std::move(*acceptor), random);
  }
  Listener(net::IoPool& pool, ListenerConfig config, net::tcp::acceptor acceptor, base::RandomSource& random)
      : noise_(std::move(config.noise)),
        random_(random),
        accepting_(std::make_shared<link::AcceptLoop>(pool, std::move(acceptor), counters_)) {}

  void start(link::ListenerHooks hooks) override {
    accepted_ = std::move(hooks.accepted);
    accepting_->start(
        [this](std::size_t core, net::tcp::socket socket, std::shared_ptr<link::VisitorPlaces::Place> place) {
          return serve(core, std::move(socket), std::move(place));
        });
  }
  void stop() override { accepting_->stop(); }
  [[nodiscard]] link::ListenerFacts facts() const override {
    return {accepting_->address(), true, since_, {}};
  }
  [[nodiscard]] const link::Counters& counters() const override { return *counters_; }

 private:
  net::Task<void> serve(std::size_t core, net::tcp::socket socket,
                        std::shared_ptr<link::VisitorPlaces::Place> place) {
    const auto remote = ip::limited_remote_address(socket);
    if (!link::LinkPlaces::of_process().has_room(remote)) co_return;
    auto made = co_await make_link(std::make_unique<net::TcpStream>(std::move(socket)), Role::responder,
                                   noise_.clone(), std::nullopt, link::counted_link(counters_, remote),
                                   place.get(), random_);
    ++(made ? counters_->accepted : counters_->visitors);
    if (made) accepted_(core, std::move(*made));
  }

  crypto::X25519KeyPair noise_;
  base::RandomSource& random_;
  std::shared_ptr<link::Counters> counters_ = std::make_shared<link::Counters>();
  std::shared_ptr<link::AcceptLoop> accepting_;
  std::function<void(std::size_t, std::unique_ptr<link::Link>)> accepted_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
};

}  // namespace

void add_dialer(link::Dialers& dialers, base::RandomSource& random,
                std::shared_ptr<const crypto::X25519KeyPair> own_key) {
  dialers.add(kCover, [&random, own_key = std::move(own_key)](link::RelayAddress relay) {
    return dial(std::move(relay), own_key, random);
  });
}

link::OpenListener listener(ListenerConfig config) { return link::open_later<Listener>(std::move(config)); }

}  // namespace qnet::tcp_noise
