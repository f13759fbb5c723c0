// Addresses that fail, are silent, or are given up; and what a connector leaves behind.
#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>

#include "edge/exit/testing/connector_fixture.hpp"
#include "edge/exit/testing/corpus.hpp"
#include "foundation/net/testing/silent_port.hpp"

namespace qnet::exit {
namespace {

using namespace std::chrono_literals;
using dns::testing::DnsReply;
using dns::testing::DnsServer;
using dns::testing::ip;
using net::tcp;
using net::testing::open_descriptors;
using net::testing::SilentPort;
using testing::ConnectorTest;
using ::testing::HasSubstr;
using testing::loopback;
using ::testing::Not;
using testing::Outcome;

TEST_F(ConnectorTest, a_closed_port_is_refused) {
  const auto endpoint = site_.local_endpoint();
  start({at_site(2)});
  site_.close();
  --descriptors_;
  EXPECT_EQ(error("127.0.0.2", endpoint.port()), Errc::refused);
  EXPECT_EQ(shared_->counters.failed_by(Errc::refused), 1U);
}

TEST_F(ConnectorTest, a_silent_address_ends_in_a_timeout) {
  const SilentPort hole(io_, {loopback(9), 0});
  start({"127.0.0.9:" + std::to_string(hole.endpoint().port())}, 10, {.deadline = 50ms, .stagger = 10ms});
  EXPECT_EQ(error("127.0.0.9", hole.endpoint().port()), Errc::timeout);
  EXPECT_EQ(shared_->counters.failed_by(Errc::timeout), 1U);
}

TEST_F(ConnectorTest, a_network_without_a_route_is_unreachable) {
  start({"224.0.0.1:80"});  // TCP has no way to a multicast group
  EXPECT_EQ(error("224.0.0.1", 80), Errc::network_unreachable);
}

TEST_F(ConnectorTest, goes_on_to_the_next_address_when_one_refuses) {
  zone_ = [](const auto&) {
    return DnsReply{.addresses = {ip("127.0.0.7"), ip("127.0.0.8"), ip("127.0.0.2")}};
  };
  start({at_site(2), at_site(7), at_site(8)}, 10, {.deadline = 10s, .stagger = 1h});
  auto connection = connect("www.example.com", site_port());
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote.address(), loopback(2));
}

TEST_F(ConnectorTest, goes_on_to_the_next_address_beside_one_that_is_silent) {
  const SilentPort hole(io_, {loopback(9), site_port()});
  zone_ = [](const auto&) { return DnsReply{.addresses = {ip("127.0.0.9"), ip("127.0.0.2")}}; };
  start({at_site(2), at_site(9)}, 10, {.deadline = 20s, .stagger = 5ms});
  const auto before = open_descriptors();
  auto connection = connect("www.example.com", site_port());
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote.address(), loopback(2));
  EXPECT_EQ(open_descriptors(), before + 1) << "the silent attempt must be closed";
}

TEST_F(ConnectorTest, ipv6_is_tried_first_and_ipv4_when_it_fails) {
  boost::system::error_code no_ipv6;
  tcp::acceptor v6(io_);
  v6.open(tcp::v6(), no_ipv6);
  if (!no_ipv6) v6.bind({boost::asio::ip::address_v6::loopback(), site_port()}, no_ipv6);
  if (no_ipv6) GTEST_SKIP() << "this machine has no IPv6 loopback";
  v6.listen();
  zone_ = [](const auto&) { return DnsReply{.addresses = {ip("127.0.0.2"), ip("::1")}}; };
  start({at_site(2), "[::1]:" + std::to_string(site_port())}, 10, {.deadline = 10s, .stagger = 1h});
  EXPECT_TRUE(connect("www.example.com", site_port())->remote.address().is_v6());
  v6.close();
  EXPECT_TRUE(connect("www.example.com", site_port())->remote.address().is_v4());
}

TEST_F(ConnectorTest, tells_apart_a_name_without_address_and_a_name_server_that_fails) {
  start({});
  EXPECT_EQ(error("absent.example.com", 443), Errc::name_not_found);
  zone_ = [](const auto&) { return DnsReply{.rcode = 2}; };
  EXPECT_EQ(error("broken.example.com", 443), Errc::name_service_failed);
}

TEST_F(ConnectorTest, a_silent_name_server_ends_in_a_timeout) {
  zone_ = [](const auto&) { return std::nullopt; };
  dns_longest_wait_ = 20ms;
  start({});
  EXPECT_EQ(error("www.example.com", 443), Errc::timeout);
}

TEST_F(ConnectorTest, holds_to_its_limit_and_has_room_again_when_a_connection_ends) {
  start({at_site(2)}, 2);
  {
    auto first = connect("127.0.0.2", site_port());
    auto second = connect("127.0.0.2", site_port());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(error("127.0.0.2", site_port()), Errc::limit_reached);
    EXPECT_EQ(error("127.0.0.1", 443), Errc::not_allowed) << "what is forbidden needs no place";
    first = base::fail(Errc::cancelled);
    EXPECT_TRUE(connect("127.0.0.2", site_port()));
  }
  EXPECT_EQ(shared_->limit.open(), 0U);
}

TEST_F(ConnectorTest, a_failed_attempt_gives_its_place_back) {
  start({at_site(7)}, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(error("127.0.0.7", site_port()), Errc::refused);
}

TEST_F(ConnectorTest, an_attempt_that_is_cancelled_leaves_nothing) {
  const SilentPort hole(io_, {loopback(9), 0});
  start({"127.0.0.9:" + std::to_string(hole.endpoint().port())});
  const auto before = open_descriptors();
  boost::asio::cancellation_signal signal;
  std::optional<Outcome> outcome;
  boost::asio::co_spawn(
      io_, net::testing::store(connector_->connect("127.0.0.9", hole.endpoint().port()), outcome),
      boost::asio::bind_cancellation_slot(signal.slot(), boost::asio::detached));
  io_.poll();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(open_descriptors(), before + 1);
  signal.emit(boost::asio::cancellation_type::terminal);
  while (!outcome) io_.run_one();
  EXPECT_EQ(code_of(outcome->error()), Errc::cancelled);
  EXPECT_EQ(shared_->counters.failed_in_all(), 0U);
}

TEST_F(ConnectorTest, no_error_names_the_destination) {
  zone_ = [](const DnsServer::Question& question) {
    return question.name.starts_with("private") ? DnsReply{.addresses = {ip("10.11.12.13")}}
                                                : DnsReply{.rcode = 3};
  };
  start({at_site(7)});
  for (const auto& [host, port] :
       std::vector<std::pair<std::string, std::uint16_t>>{{"private.example.com", 443},
                                                          {"absent.example.com", 443},
                                                          {"10.11.12.13", 443},
                                                          {"127.0.0.7", site_port()},
                                                          {"www.example.com", 25},
                                                          {"0x7f.1", 80}}) {
    const auto outcome = connect(host, port);
    ASSERT_FALSE(outcome);
    for (const auto& part : {host, std::string("10.11.12.13"), std::string("example")})
      EXPECT_THAT(outcome.error().message(), Not(HasSubstr(part)));
  }
}

TEST_F(ConnectorTest, counts_refusals_by_their_reason) {
  start({});
  EXPECT_EQ(connect("10.0.0.1", 443).error().message(),
            "the exit does not go there: an address of a private network");
  EXPECT_EQ(error("10.0.0.2", 443), Errc::not_allowed);
  EXPECT_EQ(error("localhost", 443), Errc::not_allowed);
  EXPECT_EQ(shared_->counters.refused_by(Refusal::private_network), 2U);
  EXPECT_EQ(shared_->counters.refused_by(Refusal::local_name), 1U);
  EXPECT_EQ(shared_->counters.refused_in_all(), 3U);
}

}  // namespace
}  // namespace qnet::exit
