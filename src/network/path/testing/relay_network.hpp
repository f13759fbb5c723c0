// A small network in one process: relays with real circuits over loopback sessions, their signed descriptors,
// and a client.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/testing/relays.hpp"
#include "network/path/circuits.hpp"
#include "network/path/testing/freezing_link.hpp"
#include "overlay/circuit/service.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::path::testing {

namespace asio = boost::asio;

/// Fifteen relays in networks of their own, five of them exits: a client has three primary guards.
class RelayNetwork : public ::testing::Test {
 protected:
  using SessionPointer = std::shared_ptr<session::Session>;
  static constexpr std::size_t kRelays = 15;
  static constexpr std::size_t kExits = 5;
  static constexpr WallTime kNow = directory::testing::kNow;

  struct Relay {
    peer::Identity identity;
    circuit::Keys keys;
    directory::Listed listed;
    std::shared_ptr<circuit::Counters> counters = std::make_shared<circuit::Counters>();
    std::shared_ptr<circuit::Service> service{};
    session::Protocols protocols{};
    std::map<std::size_t, SessionPointer> links{};  // to other relays, by number
    std::shared_ptr<Frost> frost{};                 // of all links to it
  };

  RelayNetwork() {
    for (std::uint8_t n = 0; n < kRelays; ++n) add_relay(n);
    list_ = list_at(kNow);
  }
  ~RelayNetwork() override {
    if (circuits_) circuits_->stop();
    leases_.clear();
    circuits_.reset();
    io_.restart();
    io_.poll();
  }

  void add_relay(std::uint8_t number) {
    auto identity = peer::Identity::generate(random_);
    auto pairs = std::make_shared<std::vector<crypto::X25519KeyPair>>();
    pairs->push_back(crypto::X25519KeyPair::generate(random_));
    auto descriptor =
        directory::testing::descriptor_of(identity, "198." + std::to_string(number + 20) + ".0.1");
    descriptor.circuit_keys = {
        {pairs->front().public_key, kNow - std::chrono::hours(1), kNow + std::chrono::hours(47)}};
    descriptor.expires = kNow + std::chrono::days(7);
    if (number >= kExits) {
      descriptor.capabilities = static_cast<std::uint8_t>(directory::Capability::relay);
      descriptor.exit_ports.clear();
    }
    directory::Listed listed{directory::SignedDescriptor::sign(descriptor, identity), {}, true};
    auto relay = std::make_unique<Relay>(Relay{std::move(identity), std::move(pairs), std::move(listed)});
    relay->frost = std::make_shared<Frost>(io_.get_executor());
    relay->service = std::make_shared<circuit::Service>(circuit::ServiceOptions{
        .self = relay->identity.peer_id(),
        .keys = [relay = relay.get()] { return relay->keys; },
        .now = [this] { return now_; },
        .reach = [this, number](peer::PeerId peer, const circuit::Who&) { return reach(number, peer); },
        .is_relay = [](const crypto::X25519Public&) { return true; },
        .at_end = number < kExits ? at_end(number) : session::Protocols{},
        .seen = std::make_shared<htx::ReplayCache>(random_, htx::ReplayCache::default_capacity,
                                                   circuit::RelayLimits::memory),
        .counters = relay->counters,
        .random = random_});
    relay->protocols.emplace(circuit::kCircuitProtocol, relay->service->handler());
    relays_.push_back(std::move(relay));
  }
  session::Protocols at_end(std::size_t number) {
    return {{"/test/echo/1", [this, number](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
               opened_.push_back(number);
               if (on_opened_) on_opened_();
               std::atomic<std::uint64_t> moved{0};
               (void)co_await net::pump(*stream, *stream, moved);
             }}};
  }
  net::Task<base::Result<SessionPointer>> reach(std::size_t from, peer::PeerId peer) {
    const auto to = number_of(peer);
    if (dead_.contains(to)) co_return base::fail(circuit::Errc::no_next_hop);
    if (hanging_.contains(to)) co_await never();
    auto& known = relays_[from]->links[to];
    if (!known || !known->usable()) known = link_to(to);
    co_return known;
  }
  [[nodiscard]] std::size_t number_of(const peer::PeerId& peer) const {
    for (std::size_t n = 0; n < relays_.size(); ++n)
      if (relays_[n]->identity.peer_id() == peer) return n;
    return relays_.size();
  }

  /// A session with this relay.
  SessionPointer link_to(std::size_t number) {
    net::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io_);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    const auto& relay = *relays_[number];
    far_ends_.push_back(
        session::Session::start(over(std::move(far), 2, 1), mux::Role::responder, relay.protocols));
    auto link = std::make_unique<FreezingLink>(over(std::move(near), 1, 2), relay.frost);
    return session::Session::start(std::move(link), mux::Role::initiator, {});
  }
  std::unique_ptr<link::Link> over(net::tcp::socket socket, std::uint8_t send, std::uint8_t receive) {
    const auto cipher = [](std::uint8_t fill) {
      crypto::Secret<32> key;
      std::ranges::fill(key.data(), fill);
      return noise::CipherState(std::move(key));
    };
    return std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                             htx::RecordLinkConfig{cipher(send), cipher(receive)}, random_);
  }

  [[nodiscard]] std::shared_ptr<const Network> list_at(WallTime now) {
    std::vector<directory::Listed> all;
    for (const auto& relay : relays_) all.push_back(relay->listed);
    return network_of(all, now);
  }

  // The client.

  void make_client(base::Result<GuardSample> kept = GuardSample{}) {
    circuits_ = std::make_shared<Circuits>(
        io_.get_executor(),
        Circuits::Hooks{.network = [this] { return list_; },
                        .dial = [this](link::RelayAddress to, unsigned) { return dial(std::move(to)); },
                        .unsatisfied = [this] { ++unsatisfied_; },
                        .now = [this] { return client_now_; },
                        .keep = [this](const GuardSample& sample) -> base::Result<void> {
                          kept_ = sample;
                          return {};
                        }},
        std::move(kept), random_);
  }
  net::Task<base::Result<session::Dialled>> dial(link::RelayAddress to) {
    std::size_t number = 0;
    while (relays_.at(number)->identity.noise.public_key != to.noise_key) ++number;
    dialled_.push_back(number);
    if (const auto waits = dial_waits_) co_await waits->wait();
    if (hanging_.contains(number)) co_await never();
    if (dead_.contains(number)) co_return base::fail(net::Errc::timed_out);
    session::Dialled made;
    made.session = link_to(number);
    made.peer_time = guard_tells_;
    if (ending_.contains(number)) far_ends_.back()->close();
    guard_ends_.at(number) = far_ends_.back();
    co_return made;
  }

  net::Task<void> never() {
    net::Signal signal(io_.get_executor());
    co_await signal.wait();
  }

  struct Asked {
    bool over = false;
    base::Result<Circuits::Lease> lease = base::fail(Errc::stopped);
  };
  std::shared_ptr<Asked> ask(CircuitWish wish = {}, std::shared_ptr<const EarlyRequest> early = {}) {
    if (wish.port == 0) wish.port = 443;
    auto asked = std::make_shared<Asked>();
    asio::co_spawn(
        io_,
        [](std::shared_ptr<Circuits> circuits, CircuitWish wanted,
           std::shared_ptr<const EarlyRequest> carried, std::shared_ptr<Asked> told) -> net::Task<void> {
          auto asking = circuits->session(std::move(wanted), std::move(carried));
          told->lease = co_await std::move(asking);
          told->over = true;
        }(circuits_, std::move(wish), std::move(early), asked),
        asio::detached);
    return asked;
  }
  /// Waits for the lease, which must come.
  Circuits::Lease lease(CircuitWish wish = {}) {
    const auto asked = ask(std::move(wish));
    run_until([&] { return asked->over; });
    EXPECT_TRUE(asked->lease) << asked->lease.error().message();
    return std::exchange(asked->lease, base::fail(Errc::stopped)).value();
  }
  /// Whether so many bytes come back.
  bool echoes(const Circuits::Lease& lease, std::size_t size) {
    bool over = false;
    bool same = false;
    asio::co_spawn(
        io_,
        [](SessionPointer session, std::size_t count, bool& good, bool& done) -> net::Task<void> {
          const base::Bytes sent(count, 7);
          auto stream = session->open("/test/echo/1", sent);
          base::Bytes back;
          base::Bytes chunk(65536);
          while (stream && back.size() < count) {
            const auto got = co_await net::read_some(**stream, chunk);
            if (!got || *got == 0) break;
            base::append(back, base::ByteView(chunk).first(*got));
          }
          good = back == sent;
          done = true;
        }(lease.session, size, same, over),
        asio::detached);
    run_until([&] { return over; });
    return same;
  }
  void run_until(const std::function<bool()>& condition) {
    ASSERT_TRUE(net::testing::comes_true(io_, condition));
  }
  [[nodiscard]] std::size_t ready(bool clean) const {
    std::size_t count = 0;
    for (const auto& one : circuits_->circuits())
      if (one.state == PoolCircuit::State::ready && one.clean == clean) ++count;
    return count;
  }
  /// The relays of the youngest circuit that is used and ends at this lease's exit.
  [[nodiscard]] std::vector<std::size_t> hops_of(const Circuits::Lease& lease) const {
    std::vector<std::size_t> numbers;
    for (const auto& one : circuits_->circuits()) {
      if (one.clean || one.hops.empty() || one.hops.back().peer != lease.exit) continue;
      numbers.clear();
      for (const auto& hop : one.hops) numbers.push_back(number_of(hop.peer));
    }
    return numbers;
  }
  [[nodiscard]] std::vector<std::size_t> guards() const {
    std::vector<std::size_t> numbers;
    for (const auto& guard : circuits_->guards()) numbers.push_back(number_of(guard.record.peer));
    return numbers;
  }

  asio::io_context io_{1};
  base::testing::SeededRandom random_{5};
  WallTime now_ = kNow;
  WallTime client_now_ = kNow;
  std::vector<std::unique_ptr<Relay>> relays_;
  std::vector<SessionPointer> far_ends_;
  std::set<std::size_t> dead_;                        // whom nobody reaches
  std::set<std::size_t> hanging_;                     // who answers no dial, ever
  std::set<std::size_t> ending_;                      // who ends each session of a client at once
  std::array<SessionPointer, kRelays> guard_ends_{};  // the far ends of the client's last sessions
  std::shared_ptr<net::Signal> dial_waits_;           // of a dial, until it is notified
  std::optional<link::PeerTime> guard_tells_;         // of its clock, at each dial
  std::shared_ptr<const Network> list_;
  std::vector<std::size_t> dialled_;
  std::vector<std::size_t> opened_;  // at which exits streams were opened
  std::function<void()> on_opened_;  // at the moment when one is
  std::size_t unsatisfied_ = 0;
  GuardSample kept_;
  std::shared_ptr<Circuits> circuits_;
  std::vector<Circuits::Lease> leases_;  // that a test keeps
};

}  // namespace qnet::path::testing
