// Multicast DNS over real sockets, on loopback alone. Others on this machine may speak there at the same
// time.
#include "network/mdns/lan.hpp"

#include <gmock/gmock.h>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"

namespace qnet::mdns {
namespace {

namespace asio = boost::asio;
using net::testing::comes_true;
using net::testing::open_descriptors;
using std::chrono::milliseconds;
using udp = asio::ip::udp;

udp::endpoint group() { return {asio::ip::make_address_v4("224.0.0.251"), 5353}; }

/// A socket that speaks on loopback, for what no Lan would say.
udp::socket speaker(asio::io_context& io) {
  udp::socket socket(io, udp::v4());
  const ip_mreqn loopback{{}, {}, static_cast<int>(::if_nametoindex("lo"))};
  EXPECT_EQ(::setsockopt(socket.native_handle(), IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback), 0);
  return socket;
}

peer::PeerId peer(std::uint8_t seed) {
  crypto::Ed25519Public key{};
  key.fill(seed);
  return peer::PeerId(key);
}

class OnLoopback : public ::testing::Test {
 protected:
  OnLoopback() {
    // By which the system multicasts there: often that of another interface.
    auto socket = speaker(io);
    socket.connect(group());
    address = socket.local_endpoint().address().to_v4().to_uint();
    socket.close();
    descriptors = open_descriptors();
  }
  ~OnLoopback() override {
    for (const auto& lan : lans) lan->stop();
    lans.clear();
    net::testing::drain(io);  // hangs if a coroutine were left behind
    EXPECT_EQ(open_descriptors(), descriptors);
  }
  void announce(const peer::PeerId& who) {
    LanOptions options;
    options.announce = Announcement{who, 4433};
    options.interfaces = [this] { return only_loopback(); };
    start(std::move(options));
  }
  void look() {
    look([this] { return only_loopback(); });
  }
  void look(std::function<Interfaces()> interfaces) {
    LanOptions options;
    options.found = [this](const Found& one) { heard.push_back(one); };
    options.interfaces = std::move(interfaces);
    options.look = milliseconds(20);
    start(std::move(options));
  }
  void start(LanOptions options) { lans.push_back(Lan::start(io, std::move(options), random)); }
  [[nodiscard]] bool found(const peer::PeerId& who) const {
    const Found expected{who, {{ip4_text(address), 4433}}, std::chrono::seconds(DiscoveryLimits::ttl)};
    return std::ranges::find(heard, expected) != heard.end();
  }
  [[nodiscard]] Interfaces only_loopback() const { return {{loopback(), {{address, 0xff000000}}}}; }
  static unsigned loopback() { return ::if_nametoindex("lo"); }

  asio::io_context io{1};
  base::testing::SeededRandom random{static_cast<std::uint64_t>(::getpid())};
  Ip4 address = 0;
  std::size_t descriptors = 0;
  std::vector<std::shared_ptr<Lan>> lans;
  std::vector<Found> heard;
};

TEST_F(OnLoopback, who_looks_finds_who_announces) {
  announce(peer(101));
  announce(peer(102));
  look();
  EXPECT_TRUE(comes_true(io, [this] { return found(peer(101)) && found(peer(102)); }));
}

TEST_F(OnLoopback, who_announces_is_found_though_it_came_later) {
  look();
  EXPECT_TRUE(comes_true(io, [this] { return open_descriptors() > descriptors; }));
  announce(peer(103));
  EXPECT_TRUE(comes_true(io, [this] { return found(peer(103)); }));
}

// RFC 6762 §6.7.
TEST_F(OnLoopback, a_simple_resolver_is_answered_alone) {
  announce(peer(104));
  EXPECT_TRUE(comes_true(io, [this] { return open_descriptors() > descriptors; }));
  {
    auto resolver = speaker(io);
    resolver.non_blocking(true);
    const auto query = Discovery(std::nullopt, random).query();
    std::array<std::uint8_t, 2000> packet{};
    std::size_t size = 0;
    udp::endpoint from;
    boost::system::error_code error;
    auto last = std::chrono::steady_clock::time_point::min();
    const auto expected = "dnsaddr=/ip4/" + ip4_text(address) + "/tcp/4433/p2p/" + peer(104).to_text();
    // Relays of other tests in this network may answer as well.
    const auto is_of_this_test = [&] {
      const auto message = decode(base::ByteView(packet).first(size));
      return message && !message->additional.empty() && message->additional[0].texts.at(0) == expected;
    };
    // Asked again each second: another test's question may have used up the answer of this one.
    EXPECT_TRUE(comes_true(io, [&] {
      const auto now = std::chrono::steady_clock::now();
      if (now - std::chrono::seconds(1) > last) {
        resolver.send_to(asio::buffer(query), group());
        last = now;
      }
      if (size == 0) size = resolver.receive_from(asio::buffer(packet), from, 0, error);
      if (size > 0 && !is_of_this_test()) size = 0;
      return size > 0;
    }));
    const auto message = decode(base::ByteView(packet).first(size));
    ASSERT_TRUE(message);
    EXPECT_TRUE(message->response);
    EXPECT_EQ(message->questions.size(), 1U);
    EXPECT_EQ(message->additional.at(0).texts.at(0), expected);
    EXPECT_EQ(from.port(), 5353U);
  }
}

TEST_F(OnLoopback, an_interface_is_used_when_it_comes_and_left_when_it_goes) {
  Interfaces present;
  announce(peer(105));
  EXPECT_TRUE(comes_true(io, [this] { return open_descriptors() > descriptors; }));
  const auto before = open_descriptors();
  std::size_t looks = 0;
  look([&] {
    ++looks;
    return present;
  });
  EXPECT_TRUE(comes_true(io, [&looks] { return looks > 1; }));
  EXPECT_EQ(open_descriptors(), before);
  present = only_loopback();
  EXPECT_TRUE(comes_true(io, [this] { return found(peer(105)); }));
  EXPECT_EQ(open_descriptors(), before + 1);
  present.clear();
  EXPECT_TRUE(comes_true(io, [before] { return open_descriptors() == before; }));
}

TEST_F(OnLoopback, an_interface_that_cannot_be_used_disturbs_no_other) {
  announce(peer(106));
  look([this] {
    auto all = only_loopback();
    all[0x7fffffff] = {{0x0a000001, 0xff000000}};
    return all;
  });
  EXPECT_TRUE(comes_true(io, [this] { return found(peer(106)); }));
}

TEST_F(OnLoopback, packets_that_are_no_dns_disturb_nobody) {
  announce(peer(107));
  EXPECT_TRUE(comes_true(io, [this] { return open_descriptors() > descriptors; }));
  {
    auto other = speaker(io);
    for (const std::size_t size : {0U, 1U, 100U, 1400U})
      other.send_to(asio::buffer(std::string(size, '\xff')), group());
  }
  look();
  EXPECT_TRUE(comes_true(io, [this] { return found(peer(107)); }));
}

TEST(SystemInterfaces, are_never_loopback) {
  for (const auto& [index, networks] : system_interfaces()) {
    EXPECT_NE(index, ::if_nametoindex("lo"));
    for (const auto& network : networks) EXPECT_NE(network.address >> 24U, 127U) << ip4_text(network.address);
  }
}

}  // namespace
}  // namespace qnet::mdns
