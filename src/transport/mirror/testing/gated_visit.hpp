// One visitor at a relay's gate, with an origin that is connected when the test says so, and a clock that the
// test reads.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/signal.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/mirror/cover_gate.hpp"

namespace qnet::mirror::testing {

enum class Who { peer, stranger };

/// One end of a connection: what has come on it, and how it ended.
struct End {
  explicit End(net::tcp::socket socket) : stream(std::move(socket)) {}
  net::TcpStream stream;
  std::string got;
  std::string ending;

  net::Task<void> read() {
    base::Bytes chunk(4096);
    while (ending.empty()) {
      const auto more = co_await net::read_some(stream, chunk);
      if (!more) ending = "reset";
      if (more && *more == 0) ending = "end";
      if (more) got += base::text_of(base::ByteView(chunk).first(*more));
    }
  }
};

/// The origin is looked up at once, and found when the test says may_connect().
class GatedVisit {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kOriginTakes{300};  ///< to answer, as the profile says

  explicit GatedVisit(std::size_t profile = 0) {
    auto measured = htx::builtin_profiles().at(profile);
    measured.answer_after = {kOriginTakes};
    gate.set_profiles(htx::MirrorProfiles({std::move(measured)}));
    context.wait_until = [this](Clock::time_point moment) -> net::Task<void> {
      answers_at.push_back(moment);
      asked_at.push_back(Clock::now());
      while (!may_answer) co_await answer.wait();
    };
    boost::asio::co_spawn(io, accept(), boost::asio::detached);
    net::tcp::acceptor door(io, {boost::asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(door.local_endpoint());
    visitor.emplace(std::move(near));
    boost::asio::co_spawn(io, visitor->read(), boost::asio::detached);
    auto far = door.accept();
    far.non_blocking(true);
    boost::asio::co_spawn(io,
                          CoverGate::serve({context, [](std::unique_ptr<link::Link>) {}}, std::move(far),
                                           places.take(io.get_executor(), std::nullopt)),
                          [this](const std::exception_ptr& error) {
                            if (error) std::rethrow_exception(error);
                            served = true;
                          });
  }
  ~GatedVisit() {
    visitor->stream.close();
    for (auto& one : origins) one->stream.close();
    acceptor.close();
    may_connect();
    answer_now();
    EXPECT_TRUE(until([this] { return served; })) << "the gate gives everything back";
  }
  GatedVisit(const GatedVisit&) = delete;
  GatedVisit& operator=(const GatedVisit&) = delete;

  template <class Condition>
  [[nodiscard]] bool until(Condition condition) {
    return net::testing::comes_true(io, condition);
  }
  /// Gives the relay the time for what it must not do. A slow machine only makes it easier to pass.
  void go_on() {
    io.restart();
    io.run_for(std::chrono::milliseconds(20));
  }

  base::Bytes hello_of(Who who, std::size_t browser) {
    const auto other = crypto::X25519KeyPair::generate(random);
    htx::Initiator::Config config{&client_hello::builtin_templates().at(browser),
                                  "www.example.com",
                                  who == Who::peer ? relay.public_key : other.public_key,
                                  {},
                                  htx::wall_clock(),
                                  std::nullopt};
    const auto initiator = htx::Initiator::start(std::move(config), random);
    EXPECT_TRUE(initiator);
    return {initiator->hello().begin(), initiator->hello().end()};
  }
  void send(base::ByteView bytes) {
    boost::asio::write(visitor->stream.socket(), boost::asio::buffer(bytes.data(), bytes.size()));
  }
  /// So many others come that all but they must make room.
  void crowd() {
    // Twice as many as there are places: a visitor that has moved since it came goes behind the first of
    // them.
    for (int n = 0; n < 14; ++n) others.push_back(places.take(io.get_executor(), std::nullopt));
  }
  /// Peers have been turned away for as long as they may be.
  void outlast_outage() {
    const auto until = Clock::now();
    for (auto now = until - 2 * OriginOutage::shared; now < until; now += OriginOutage::unseen)
      (void)context.outage.turns_peers_away(now);
  }
  [[nodiscard]] bool dialling() {
    return until([this] { return lookups == 1; });
  }
  void may_connect() {
    connect_allowed = true;
    connect.notify();
  }
  void answer_now() {
    may_answer = true;
    answer.notify();
  }

  boost::asio::io_context io{1};
  base::testing::SeededRandom random{7};
  base::testing::TemporaryFolder folder;
  crypto::X25519KeyPair relay = crypto::X25519KeyPair::generate(random);
  htx::ReplayCache seen{random, 16};
  htx::Gate gate{{relay.clone(), {}, {}}, seen};
  htx::ReplayJournal journal{folder.path()};

  net::tcp::acceptor acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}};
  bool origin_is_down = false;
  bool origin_is_full = false;  ///< it accepts and closes, as one without a free connection
  bool connect_allowed = false;
  net::Signal connect{io.get_executor()};
  std::size_t lookups = 0;
  std::vector<std::unique_ptr<End>> origins;  ///< connections to the origin

  std::vector<Clock::time_point> answers_at;  ///< what the gate waited for
  std::vector<Clock::time_point> asked_at;    ///< and when it began to
  bool may_answer = true;
  net::Signal answer{io.get_executor()};

  CoverContext context{
      gate, journal,
      net::HostAddresses("origin", acceptor.local_endpoint().port(),
                         [this](std::string, std::uint16_t, std::chrono::milliseconds) { return find(); }),
      random, std::make_shared<link::Counters>()};
  link::VisitorPlaces places{[] { return link::VisitorLimits{8, 2}; }};
  std::vector<std::shared_ptr<link::VisitorPlaces::Place>> others;
  std::optional<End> visitor;
  bool served = false;

 private:
  net::Task<base::Result<net::Endpoints>> find() {
    ++lookups;
    while (!connect_allowed) co_await connect.wait();
    if (origin_is_down) co_return base::fail(net::Errc::timed_out, "origin");
    co_return net::Endpoints{acceptor.local_endpoint()};
  }
  net::Task<void> accept() {
    for (;;) {
      auto [error, socket] =
          co_await acceptor.async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
      if (error) co_return;
      origins.push_back(std::make_unique<End>(std::move(socket)));
      if (origin_is_full) origins.back()->stream.close();
      boost::asio::co_spawn(io, origins.back()->read(), boost::asio::detached);
    }
  }
};

}  // namespace qnet::mirror::testing
