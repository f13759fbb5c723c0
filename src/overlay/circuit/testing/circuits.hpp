// Relays and a client in one process, joined by real sessions over loopback, for tests of circuits.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "overlay/circuit/circuit_link.hpp"
#include "overlay/circuit/service.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::circuit::testing {

inline constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
/// Who shows one of these keys is a relay that is listed.
inline constexpr crypto::X25519Public kOfARelay{1};
inline constexpr crypto::X25519Public kOfAnotherRelay{2};

class Circuits : public ::testing::Test {
 protected:
  using SessionPointer = std::shared_ptr<session::Session>;
  struct Relay {
    peer::PeerId peer;
    Keys keys;
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();
    std::shared_ptr<Service> service{};
    session::Protocols protocols{};
    std::map<std::size_t, SessionPointer> links{};  // to other relays, by number
  };
  /// A circuit from the client's side.
  struct Circuit {
    SessionPointer session;
    std::optional<base::Result<void>> outcome{};
    std::size_t established = 0;
  };

  /// The first is the guard.
  void SetUp() override {
    for (std::uint8_t n = 0; n < 5; ++n) add_relay(n);
    client_ = link(relays_[0]->protocols);
  }

  void add_relay(std::uint8_t number) {
    crypto::Ed25519Public name{};
    name.fill(static_cast<std::uint8_t>(number + 1));
    auto pairs = std::make_shared<std::vector<crypto::X25519KeyPair>>();
    pairs->push_back(crypto::X25519KeyPair::generate(random_));
    auto relay = std::make_shared<Relay>(Relay{peer::PeerId(name), std::move(pairs)});
    relay->service = std::make_shared<Service>(ServiceOptions{
        .self = relay->peer,
        .keys = [relay = relay.get()] { return relay->keys; },
        .now = [this] { return now_; },
        .reach = [this, number](peer::PeerId peer, const Who&) { return reach(number, peer); },
        .is_relay =
            [](const crypto::X25519Public& key) { return key == kOfARelay || key == kOfAnotherRelay; },
        .at_end = at_end(),
        .seen = std::make_shared<htx::ReplayCache>(random_, htx::ReplayCache::default_capacity,
                                                   RelayLimits::memory),
        .room = room_,
        .blocked = blocked_,
        .idle = idle_,
        .first_messages = first_messages_,
        .rate = rate_ ? std::make_shared<RateQueue>(io_.get_executor(), rate_) : nullptr,
        .first_messages_of_relay = first_messages_of_relay_,
        .circuits_of_relay = circuits_of_relay_,
        .first_messages_of_all = first_messages_of_all_,
        .counters = relay->counters,
        .random = random_});
    relay->protocols.emplace(kCircuitProtocol, relay->service->handler());
    relays_.push_back(std::move(relay));
  }

  session::Protocols at_end() {
    return {{"/test/echo/1", [this](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
               ++echoes_;
               hash_at_end_ = stream->facts().handshake_hash;
               address_at_end_ = stream->facts().remote_address;
               party_at_end_ = stream->party();
               std::atomic<std::uint64_t> moved{0};
               (void)co_await net::pump(*stream, *stream, moved);
             }}};
  }

  net::Task<base::Result<SessionPointer>> reach(std::size_t from, peer::PeerId peer) {
    for (std::size_t n = 0; n < relays_.size(); ++n) {
      if (relays_[n]->peer != peer || unreachable_.contains(n)) continue;
      auto& known = relays_[from]->links[n];
      if (!known || !known->usable()) known = link(relays_[n]->protocols, kOfARelay);
      co_return known;
    }
    co_return base::fail(Errc::no_next_hop);
  }

  /// A session whose other end offers these, and takes us for the holder of this key at this address.
  SessionPointer link(session::Protocols protocols, const crypto::X25519Public& key = {},
                      const std::optional<boost::asio::ip::address>& from = {}) {
    net::tcp::acceptor acceptor(io_, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io_);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    far_ends_.push_back(session::Session::start(over(std::move(far), 2, 1, key, from), mux::Role::responder,
                                                std::move(protocols)));
    return session::Session::start(over(std::move(near), 1, 2), mux::Role::initiator, {});
  }
  std::unique_ptr<link::Link> over(net::tcp::socket socket, std::uint8_t send, std::uint8_t receive,
                                   const crypto::X25519Public& peer = {},
                                   const std::optional<boost::asio::ip::address>& from = {}) {
    const auto cipher = [](std::uint8_t fill) {
      crypto::Secret<32> key;
      std::ranges::fill(key.data(), fill);
      return noise::CipherState(std::move(key));
    };
    htx::RecordLinkConfig config{cipher(send), cipher(receive)};
    config.facts.peer_key = peer;
    config.facts.remote_address = from;
    return std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                             std::move(config), random_);
  }

  [[nodiscard]] Hop hop(std::size_t number) const {
    return {relays_[number]->peer, relays_[number]->keys->front().public_key};
  }

  /// Through the guard and these relays.
  std::shared_ptr<Circuit> begin(std::vector<Hop> hops, bool early = false) {
    auto circuit = std::make_shared<Circuit>();
    Beginning beginning{
        .open = open_over(client_),
        .hops = std::move(hops),
        .now = now_,
        .random = random_,
        .early = early,
        .outcome = [told = std::weak_ptr(circuit)](base::Result<void> result, std::size_t established) {
          const auto kept = told.lock();
          if (!kept) return;
          kept->outcome = std::move(result);
          kept->established = established;
        }};
    circuit->session = session::Session::start(
        std::make_unique<CircuitLink>(io_.get_executor(), std::move(beginning), link::Facts{}),
        mux::Role::initiator, {});
    return circuit;
  }
  std::shared_ptr<Circuit> begin_through(std::initializer_list<std::size_t> numbers, bool early = false) {
    std::vector<Hop> hops;
    for (const auto number : numbers) hops.push_back(hop(number));
    return begin(std::move(hops), early);
  }

  void run_until(const std::function<bool()>& condition) {
    ASSERT_TRUE(net::testing::comes_true(io_, condition));
  }
  void run(net::Task<void> task) {
    bool done = false;
    boost::asio::co_spawn(
        io_,
        [](net::Task<void> inner, bool& flag) -> net::Task<void> {
          co_await std::move(inner);
          flag = true;
        }(std::move(task), done),
        boost::asio::detached);
    run_until([&] { return done; });
  }

  /// Whether so many bytes come back through the circuit.
  bool echoes(const std::shared_ptr<Circuit>& circuit, std::size_t size) {
    bool same = false;
    run([](SessionPointer session, std::size_t count, bool& good) -> net::Task<void> {
      base::Bytes sent(count);
      base::testing::SeededRandom(count).fill(sent);
      auto stream = session->open("/test/echo/1", {});
      if (!stream) co_return;
      const std::shared_ptr<net::ByteStream> opened(std::move(*stream));
      boost::asio::co_spawn(
          opened->executor(),
          [](std::shared_ptr<net::ByteStream> to, base::Bytes bytes) -> net::Task<void> {
            (void)co_await net::write_all(*to, bytes);
            to->finish();
          }(opened, sent),
          boost::asio::detached);
      base::Bytes back;
      base::Bytes chunk(65536);
      for (;;) {
        const auto got = co_await net::read_some(*opened, chunk);
        if (!got || *got == 0) break;
        base::append(back, base::ByteView(chunk).first(*got));
      }
      good = back == sent;
    }(circuit->session, size, same));
    return same;
  }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{3};
  WallTime now_ = kNow;
  // Of relays that are added later.
  std::chrono::milliseconds blocked_ = RelayLimits::blocked;
  std::chrono::milliseconds idle_ = RelayLimits::idle;
  mux::Allowance::Rate first_messages_ = RelayLimits::first_messages_of_client;
  mux::Allowance::Rate first_messages_of_relay_ = RelayLimits::first_messages_of_relay;
  std::size_t circuits_of_relay_ = RelayLimits::of_one_relay;
  mux::Allowance::Rate first_messages_of_all_ = RelayLimits::first_messages_of_all;
  std::shared_ptr<ByteRate> rate_;
  std::shared_ptr<Room> room_;
  std::vector<std::shared_ptr<Relay>> relays_;
  std::set<std::size_t> unreachable_;
  std::vector<SessionPointer> far_ends_;
  SessionPointer client_;
  int echoes_ = 0;
  crypto::Digest hash_at_end_{};
  std::optional<boost::asio::ip::address> address_at_end_;
  std::uint64_t party_at_end_ = 0;
};

}  // namespace qnet::circuit::testing
