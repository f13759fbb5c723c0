// One stream at the exit, with a web site on loopback, for tests.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <boost/asio/co_spawn.hpp>

#include "edge/exit/serve.hpp"
#include "edge/exit/testing/connector_fixture.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"
#include "overlay/peer/read_message.hpp"
#include "protocol/dns/testing/dns_server.hpp"

namespace qnet::exit::testing {

using net::Task;
using peer::ConnectAnswer;
using peer::ConnectRequest;
using peer::ConnectStatus;

class ExitStream : public ::testing::Test {
 protected:
  ExitStream() {
    auto pair = net::testing::tcp_pair(io);
    peer = std::move(pair.near);
    far = std::move(pair.far);
    set_up(site_port(), {}, {});
  }
  void set_up(std::uint16_t port, const dns::Timing& dns_timing, ConnectorTiming timing,
              std::size_t max_connections = 1) {
    PolicyOptions options;
    options.ports = {443, port};
    options.allow = {parse_allow_entry("127.0.0.1:" + std::to_string(port)).value()};
    shared = std::make_shared<Shared>(Policy(std::move(options)), max_connections);
    dns::ResolverOptions dns;
    dns.name_servers = {server.endpoint()};
    dns.timing = dns_timing;
    connector.reset();
    resolver = std::make_unique<dns::Resolver>(io.get_executor(), dns);
    connector = std::make_unique<Connector>(shared, *resolver, timing);
  }
  /// Nothing is left behind: no place of the limit, no timer, no coroutine.
  ~ExitStream() override {
    peer.reset();
    EXPECT_TRUE(net::testing::comes_true(io, [this] { return !serving; }));
    EXPECT_EQ(shared->limit.open(), 0U);
    server.stop();
    connector.reset();
    resolver.reset();
    net::testing::drain(io);
  }

  void serve(ServiceLimits limits = {}, Holder holder = {}) {
    serving = true;
    boost::asio::co_spawn(io, exit::serve(*connector, std::move(far), traffic, holder, limits),
                          [this](const std::exception_ptr& error) {
                            EXPECT_FALSE(error);
                            serving = false;
                          });
  }
  template <class Job>
  void run(Job job) {
    ASSERT_TRUE(net::testing::runs_to_end(io, std::move(job)));
  }
  Task<ConnectStatus> ask(std::string host, std::uint16_t port, std::string_view behind = {}) {
    const ConnectRequest request{std::move(host), port};
    auto bytes = request.encode();
    base::append(bytes, base::bytes_of(behind));
    EXPECT_TRUE(co_await net::write_all(*peer, bytes));
    const auto answer = co_await peer::read_message<ConnectAnswer>(*peer);
    EXPECT_TRUE(answer);
    if (!answer) co_return ConnectStatus::general_failure;
    bound = answer->bound;
    lacks = answer->lacks;
    co_return answer->status;
  }
  [[nodiscard]] std::uint16_t site_port() const { return site.local_endpoint().port(); }

  boost::asio::io_context io{1};
  net::tcp::acceptor site{io, {boost::asio::ip::address_v4::loopback(), 0}};
  /// The stream is served no longer, and its place is free.
  [[nodiscard]] bool is_left() {
    return net::testing::comes_true(io, [this] { return !serving; }) && shared->limit.open() == 0;
  }

  std::optional<DnsReply> reply = DnsReply{.rcode = 3};
  DnsServer server{io, [this](const auto&) { return reply; }};
  std::shared_ptr<Shared> shared;
  std::unique_ptr<dns::Resolver> resolver;
  std::unique_ptr<Connector> connector;
  net::Traffic traffic;
  std::unique_ptr<net::TcpStream> peer;
  std::unique_ptr<net::TcpStream> far;
  peer::HostPort bound;
  peer::Lack lacks = peer::Lack::nothing;
  bool serving = false;
};

[[nodiscard]] inline bool is_ready(net::TcpStream& stream, short what) {
  pollfd asked{.fd = stream.socket().native_handle(), .events = what, .revents = 0};
  return ::poll(&asked, 1, 0) == 1;
}

}  // namespace qnet::exit::testing
