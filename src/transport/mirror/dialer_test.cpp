// A client at an ordinary web server, which is in the test's own process.
#include "transport/mirror/dialer.hpp"

#include <stdexcept>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/htx/gate.hpp"
#include "transport/htx/wall_clock.hpp"
#include "transport/link/error.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

using net::testing::comes_true;
using testing::Origin;

class Dialling : public ::testing::Test {
 protected:
  /// Nobody knows us there.
  void dial() {
    link::RelayAddress relay;
    relay.host = "127.0.0.1";
    relay.port = origin.address().port;
    relay.cover_name = Origin::kName;
    relay.noise_key = crypto::X25519KeyPair::generate(random).public_key;
    const auto dialled = net::testing::run(io, mirror::dial(relay, browser, random));
    ASSERT_FALSE(dialled);
    EXPECT_TRUE(dialled.error().is(link::Errc::not_recognised)) << dialled.error().message();
  }
  /// How many pages the origin was asked for: each visit begins HTTP/2 once.
  [[nodiscard]] std::size_t visits() const {
    std::size_t count = 0;
    for (auto at = origin.heard.find("PRI * "); at != std::string::npos;
         at = origin.heard.find("PRI * ", at + 1))
      ++count;
    return count;
  }

  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{1};
  Browser browser{client_hello::builtin_templates().front(), [this] { return origin.address().authorities; },
                  true};
};

TEST_F(Dialling, loads_the_page_of_an_ordinary_web_server) {
  dial();
  EXPECT_TRUE(comes_true(io, [this] { return visits() == 1; }));
}

TEST_F(Dialling, loads_no_page_where_it_only_probes) {
  browser.loads_pages = false;
  dial();
  EXPECT_TRUE(comes_true(io, [this] { return origin.over == 1; })) << "a visit stays";
  EXPECT_EQ(origin.handshakes, 0U);
}

TEST_F(Dialling, loads_no_more_than_a_few_pages_at_once) {
  for (std::size_t i = 0; i < VisitPlaces::most; ++i) dial();
  EXPECT_TRUE(comes_true(io, [this] { return visits() == VisitPlaces::most; }));
  for (int i = 0; i < 4; ++i) dial();
  EXPECT_TRUE(comes_true(io, [this] { return origin.over == 4; })) << "visits stay";
  EXPECT_EQ(origin.handshakes, VisitPlaces::most);
}

/// A relay that knows us: the gate behind a socket, without an origin.
net::Task<htx::Responder::Finished> answer(net::tcp::acceptor& acceptor, const htx::Gate& gate,
                                           base::RandomSource& random) {
  net::TcpStream stream(co_await acceptor.async_accept(boost::asio::use_awaitable));
  base::Bytes received;
  base::Bytes chunk(65'536);
  std::optional<htx::Responder> responder;
  for (bool done = false; !done;) {
    const auto got = co_await net::read_some(stream, chunk);
    if (!got || *got == 0) throw std::runtime_error("the peer has gone");
    const auto bytes = base::ByteView(chunk).first(*got);
    if (responder) {
      const auto taken = responder->receive(bytes);
      done = taken && *taken;
      continue;
    }
    base::append(received, bytes);
    auto decision = gate.examine(received, htx::wall_clock());
    auto* const recognised = std::get_if<htx::Responder>(&decision);
    if (recognised == nullptr) continue;
    responder.emplace(std::move(*recognised));
    const auto writes = responder->answer(random);
    for (const auto& write : *writes) (void)co_await net::write_all(stream, write);
  }
  co_return responder->finish();
}

TEST_F(Dialling, shows_a_relay_the_key_that_it_was_given) {
  const auto keys = crypto::X25519KeyPair::generate(random);
  htx::ReplayCache seen(random);
  const htx::Gate gate({keys.clone(), htx::MirrorProfiles({htx::builtin_profiles().front()}), {}}, seen);
  net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  browser.own_key = std::make_shared<const crypto::X25519KeyPair>(crypto::X25519KeyPair::generate(random));
  std::optional<crypto::X25519Public> shown;
  const auto relay_side = [&]() -> net::Task<void> {
    shown = (co_await answer(acceptor, gate, random)).peer_static;
  };
  boost::asio::co_spawn(io, relay_side(), boost::asio::detached);
  link::RelayAddress relay;
  relay.host = "127.0.0.1";
  relay.port = acceptor.local_endpoint().port();
  relay.cover_name = Origin::kName;
  relay.noise_key = keys.public_key;
  const auto dialled = net::testing::run(io, mirror::dial(relay, browser, random));
  ASSERT_TRUE(dialled) << dialled.error().message();
  ASSERT_TRUE(comes_true(io, [&] { return shown.has_value(); }));
  EXPECT_EQ(*shown, browser.own_key->public_key);
}

TEST_F(Dialling, looks_like_another_browser_when_it_is_told_to) {
  const auto& templates = client_hello::builtin_templates();
  browser.others = {templates.at(1)};
  browser.others.front().record_version = 0x0302;  // to be told apart
  link::Dialers dialers;
  add_dialer(dialers, browser, random);
  net::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  for (const unsigned look : {0U, 1U, 2U}) {
    std::array<std::uint8_t, 3> head{};
    const auto far_side = [&]() -> net::Task<void> {
      net::TcpStream stream(co_await acceptor.async_accept(boost::asio::use_awaitable));
      (void)co_await net::read_some(stream, head);
    };
    boost::asio::co_spawn(io, far_side(), boost::asio::detached);
    link::RelayAddress relay;
    relay.host = "127.0.0.1";
    relay.port = acceptor.local_endpoint().port();
    relay.cover_name = Origin::kName;
    relay.noise_key = crypto::X25519KeyPair::generate(random).public_key;
    relay.look = look;
    EXPECT_FALSE(net::testing::run(io, dialers.dial(relay)));
    EXPECT_EQ(head.at(2), look == 1 ? 0x02 : templates.front().record_version & 0xFF) << look;
  }
}

TEST(VisitPlaces, come_back_when_a_visit_ends) {
  const VisitPlaces places;
  std::vector<std::shared_ptr<const void>> taken;
  for (std::size_t i = 0; i < VisitPlaces::most; ++i) taken.push_back(places.take());
  EXPECT_TRUE(taken.back());
  const VisitPlaces copy = places;
  EXPECT_FALSE(copy.take());
  taken.pop_back();
  EXPECT_TRUE(copy.take());
}

}  // namespace
}  // namespace qnet::mirror
