#include "edge/exit/connector.hpp"

#include <deque>

#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>

#include "edge/exit/testing/corpus.hpp"
#include "foundation/net/testing/run.hpp"
#include "protocol/dns/testing/dns_server.hpp"

namespace qnet::exit {
namespace {

using namespace std::chrono_literals;
using dns::testing::DnsReply;
using dns::testing::DnsServer;
using dns::testing::ip;
using net::tcp;
using net::testing::open_descriptors;
using net::testing::run;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Outcome = base::Result<Connection>;

boost::asio::ip::address loopback(unsigned last) {
  return boost::asio::ip::address_v4({127, 0, 0, static_cast<std::uint8_t>(last)});
}

// Neither accepts nor refuses: its backlog is full, so Linux leaves every further SYN unanswered.
class Blackhole {
 public:
  Blackhole(boost::asio::io_context& io, const tcp::endpoint& at) : acceptor_(io) {
    acceptor_.open(at.protocol());
    acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {
      fillers_.emplace_back(io).async_connect(acceptor_.local_endpoint(),
                                              [](const boost::system::error_code&) {});
    }
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  tcp::acceptor acceptor_;
  std::deque<tcp::socket> fillers_;
};

class ConnectorTest : public ::testing::Test {
 protected:
  // Nothing may be left behind: no socket, no timer, no coroutine, no place of the limit.
  void TearDown() override {
    EXPECT_EQ(open_descriptors(), descriptors_) << "a socket was left open";
    if (shared_) {
      EXPECT_EQ(shared_->limit.open(), 0U);
    }
    server_.stop();
    connector_.reset();
    resolver_.reset();
    net::testing::drain(io_);
  }

  // Called once all listeners of the test are open.
  void start(std::vector<std::string> entries, std::size_t max_connections = 10,
             ConnectorTiming timing = {}) {
    PolicyOptions options;
    options.ports = {80, 443, site_port()};
    for (const auto& entry : entries) options.allow.push_back(parse_allow_entry(entry).value());
    dns::ResolverOptions dns;
    dns.name_servers = {server_.endpoint()};
    dns.timing = {.first_try = dns_longest_wait_, .tries = 1, .deadline = 20000ms, .v6_wait = 5000ms};
    shared_ = std::make_shared<Shared>(Policy(std::move(options)), max_connections);
    resolver_ = std::make_unique<dns::Resolver>(io_.get_executor(), dns);
    connector_ = std::make_unique<Connector>(shared_, *resolver_, timing);
  }

  Outcome connect(const std::string& host, std::uint16_t port) {
    return run(io_, connector_->connect(host, port));
  }
  Errc error(const std::string& host, std::uint16_t port) { return code_of(connect(host, port).error()); }

  [[nodiscard]] std::uint16_t site_port() const { return site_.local_endpoint().port(); }
  [[nodiscard]] std::string at_site(unsigned last) const {
    return "127.0.0." + std::to_string(last) + ":" + std::to_string(site_port());
  }
  [[nodiscard]] std::size_t waiting_at(tcp::acceptor& acceptor) const {
    acceptor.non_blocking(true);
    std::size_t count = 0;
    for (boost::system::error_code error;; ++count) {
      (void)acceptor.accept(error);
      if (error) return count;
    }
  }

  boost::asio::io_context io_{1};
  tcp::acceptor site_{io_, {loopback(2), 0}};
  std::function<std::optional<DnsReply>(const DnsServer::Question&)> zone_ = [](const auto&) {
    return DnsReply{.rcode = 3};
  };
  DnsServer server_{io_, [this](const DnsServer::Question& question) { return zone_(question); }};
  std::chrono::milliseconds dns_longest_wait_{20000};
  std::size_t descriptors_ = open_descriptors();
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<dns::Resolver> resolver_;
  std::unique_ptr<Connector> connector_;
};

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

TEST_F(ConnectorTest, a_closed_port_is_refused) {
  const auto endpoint = site_.local_endpoint();
  start({at_site(2)});
  site_.close();
  --descriptors_;
  EXPECT_EQ(error("127.0.0.2", endpoint.port()), Errc::refused);
  EXPECT_EQ(shared_->counters.failed_by(Errc::refused), 1U);
}

TEST_F(ConnectorTest, a_silent_address_ends_in_a_timeout) {
  const Blackhole hole(io_, {loopback(9), 0});
  start({"127.0.0.9:" + std::to_string(hole.port())}, 10, {.deadline = 50ms, .stagger = 10ms});
  EXPECT_EQ(error("127.0.0.9", hole.port()), Errc::timeout);
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
  const Blackhole hole(io_, {loopback(9), site_port()});
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
  const Blackhole hole(io_, {loopback(9), 0});
  start({"127.0.0.9:" + std::to_string(hole.port())});
  const auto before = open_descriptors();
  boost::asio::cancellation_signal signal;
  std::optional<Outcome> outcome;
  boost::asio::co_spawn(io_, net::testing::store(connector_->connect("127.0.0.9", hole.port()), outcome),
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
