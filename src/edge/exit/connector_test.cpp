// Which addresses a connector reaches, and which it refuses.
#include <gmock/gmock.h>

#include "edge/exit/testing/connector_fixture.hpp"
#include "edge/exit/testing/corpus.hpp"

namespace qnet::exit {
namespace {

using dns::testing::DnsReply;
using dns::testing::ip;
using net::tcp;
using testing::ConnectorTest;
using ::testing::IsEmpty;
using testing::loopback;
using ::testing::SizeIs;

TEST_F(ConnectorTest, connects_to_an_address_without_asking_the_dns) {
  start({at_site(2)});
  auto connection = connect("127.0.0.2", site_port());
  ASSERT_TRUE(connection) << connection.error().message();
  EXPECT_EQ(connection->remote, site_.local_endpoint());
  EXPECT_EQ(connection->socket.remote_endpoint(), site_.local_endpoint());
  tcp::no_delay no_delay;
  connection->socket.get_option(no_delay);
  EXPECT_TRUE(no_delay.value());
  auto accepted = site_.accept();
  boost::asio::write(accepted, boost::asio::buffer("hello", 5));
  std::array<char, 5> hello{};
  boost::asio::read(connection->socket, boost::asio::buffer(hello));
  EXPECT_EQ(std::string_view(hello.data(), hello.size()), "hello");
  EXPECT_THAT(server_.questions(), IsEmpty());
  EXPECT_EQ(shared_->counters.connected, 1U);
  EXPECT_EQ(shared_->limit.open(), 1U);
}

TEST_F(ConnectorTest, leads_a_mapped_name_to_its_address_without_asking_the_dns) {
  start({"site.qnet.demo:8090=" + at_site(2)});
  auto connection = connect("site.qnet.demo", 8090);
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote, site_.local_endpoint());
  EXPECT_THAT(server_.questions(), IsEmpty());
}

TEST_F(ConnectorTest, looks_a_name_up_and_connects_to_the_address_found) {
  zone_ = [](const auto&) { return DnsReply{.addresses = {ip("127.0.0.2")}}; };
  start({at_site(2)});
  auto connection = connect("WWW.Example.com.", site_port());
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->remote, site_.local_endpoint());
  ASSERT_THAT(server_.questions(), SizeIs(2));
  EXPECT_EQ(server_.questions().front().name, "www.example.com");
}

TEST_F(ConnectorTest, sites_and_name_servers_see_the_address_that_was_chosen) {
  from_.v4 = loopback(9);
  zone_ = [](const auto&) { return DnsReply{.addresses = {ip("::1"), ip("127.0.0.2")}}; };
  start({at_site(2), "[::1]:" + std::to_string(site_port())});
  auto connection = connect("www.example.com", site_port());
  ASSERT_TRUE(connection) << connection.error().message();
  tcp::endpoint seen;
  (void)site_.accept(seen);
  EXPECT_EQ(seen.address(), loopback(9));
  ASSERT_THAT(server_.askers(), SizeIs(2));
  for (const auto& asker : server_.askers()) EXPECT_EQ(asker.address(), loopback(9));
  // There is no address for the other family.
  EXPECT_EQ(error("::1", site_port()), Errc::network_unreachable);
}

TEST_F(ConnectorTest, refuses_the_whole_corpus_of_forbidden_destinations_before_any_packet) {
  start({});
  std::size_t refused = 0;
  for (const auto& row : testing::forbidden()) {
    EXPECT_EQ(error(row.host, row.port), Errc::not_allowed) << ::testing::PrintToString(row.host);
    ++refused;
  }
  EXPECT_THAT(server_.questions(), IsEmpty());
  EXPECT_EQ(shared_->counters.refused_in_all(), refused);
  EXPECT_EQ(shared_->counters.failed_in_all(), 0U);
}

TEST_F(ConnectorTest, refuses_a_name_that_leads_to_each_forbidden_address_of_the_corpus) {
  std::optional<ip::IpAddress> address;
  zone_ = [&](const auto&) { return DnsReply{.addresses = {*address}, .ttl = 0}; };
  start({});
  for (const auto& row : testing::forbidden()) {
    if (row.address == "-") continue;
    address = ip(row.address.c_str());
    EXPECT_EQ(error("rebind.example.com", 443), Errc::not_allowed) << row.address;
  }
}

TEST_F(ConnectorTest, refuses_a_name_with_one_forbidden_address_among_good_ones) {
  for (const auto* forbidden : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00::1", "::ffff:7f00:1"}) {
    zone_ = [forbidden](const auto&) {
      return DnsReply{.addresses = {ip("127.0.0.2"), ip("93.184.216.34"), ip("2606:4700::1"), ip(forbidden)},
                      .ttl = 0};
    };
    start({at_site(2)});
    EXPECT_EQ(error("mixed.example.com", site_port()), Errc::not_allowed) << forbidden;
  }
  EXPECT_EQ(waiting_at(site_), 0U) << "nothing may be tried before all addresses were checked";
}

TEST_F(ConnectorTest, a_name_that_changes_its_address_is_asked_once_and_never_rebound) {
  tcp::acceptor other(io_, {loopback(3), site_port()});
  std::size_t asked = 0;
  zone_ = [&](const auto&) {
    return DnsReply{.addresses = {++asked <= 2 ? ip("127.0.0.2") : ip("127.0.0.3")}, .ttl = 0};
  };
  start({at_site(2)});
  {
    auto connection = connect("rebind.example.com", site_port());
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->socket.remote_endpoint().address(), loopback(2));
  }
  EXPECT_EQ(asked, 2U) << "one question for each family";
  EXPECT_EQ(error("rebind.example.com", site_port()), Errc::not_allowed);
  EXPECT_EQ(waiting_at(other), 0U);
}

TEST_F(ConnectorTest, checks_remembered_addresses_for_each_port_again) {
  zone_ = [](const auto&) { return DnsReply{.addresses = {ip("127.0.0.2")}, .ttl = 60}; };
  start({at_site(2)});
  EXPECT_TRUE(connect("www.example.com", site_port()));
  EXPECT_EQ(error("www.example.com", 443), Errc::not_allowed);
  EXPECT_THAT(server_.questions(), SizeIs(2));
}

}  // namespace
}  // namespace qnet::exit
