// One stream at the exit, from its request to its end, with a web site on loopback.
#include "edge/exit/serve.hpp"

#include <gmock/gmock.h>
#include <poll.h>

#include <boost/asio/co_spawn.hpp>

#include "edge/exit/testing/connector_fixture.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"
#include "overlay/peer/read_message.hpp"
#include "protocol/dns/testing/dns_server.hpp"

namespace qnet::exit {
namespace {

using dns::testing::DnsReply;
using dns::testing::DnsServer;
using net::Task;
using net::testing::read_text;
using peer::ConnectAnswer;
using peer::ConnectRequest;
using peer::ConnectStatus;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

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
  bool serving = false;
};

TEST_F(ExitStream, is_joined_to_the_site_and_counted) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port(), "early "), ConnectStatus::ok);
    EXPECT_EQ(bound, (peer::HostPort{"0.0.0.0", 0}));  // what the site sees of the exit is not told
    net::TcpStream other(site.accept());
    EXPECT_TRUE(co_await net::testing::write_text(*peer, "hello"));
    peer->finish();
    EXPECT_EQ(co_await read_text(other), "early hello(end)");
    EXPECT_TRUE(co_await net::testing::write_text(other, "answer"));
    other.finish();
    EXPECT_EQ(co_await read_text(*peer), "answer(end)");
  });
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return !serving; }));
  EXPECT_EQ(traffic.up, 11U);
  EXPECT_EQ(traffic.down, 6U);
}

TEST_F(ExitStream, holds_its_place_of_the_limit_as_long_as_it_is_joined) {
  serve();
  run([this]() -> Task<void> { EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok); });
  EXPECT_EQ(shared->limit.open(), 1U);
  peer->reset();
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return !serving; }));
  EXPECT_EQ(shared->limit.open(), 0U);
}

TEST_F(ExitStream, is_broken_off_when_the_site_breaks_off) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok);
    net::TcpStream(site.accept()).reset();
    EXPECT_THAT(co_await read_text(*peer), HasSubstr("broken off"));
  });
}

TEST_F(ExitStream, is_broken_off_when_nothing_moves_for_long) {
  serve({.idle = milliseconds(50)});
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok);
    net::TcpStream other(site.accept());
    EXPECT_THAT(co_await read_text(*peer), HasSubstr("broken off"));
    EXPECT_THAT(co_await read_text(other), HasSubstr("broken off"));
  });
}

TEST_F(ExitStream, is_told_that_the_policy_refuses) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("10.0.0.1", 443), ConnectStatus::not_allowed);
    EXPECT_EQ(bound, peer::HostPort());
    EXPECT_EQ(co_await read_text(*peer), "(end)");
  });
  EXPECT_EQ(shared->counters.refused_in_all(), 1U);
}

TEST_F(ExitStream, is_told_that_the_site_refuses) {
  const auto port = site_port();
  site.close();
  serve();
  run([this, port]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", port), ConnectStatus::refused);
    EXPECT_EQ(co_await read_text(*peer), "(end)");
  });
}

TEST_F(ExitStream, is_told_that_there_is_no_such_name) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("absent.example.com", 443), ConnectStatus::host_unreachable);
  });
}

TEST_F(ExitStream, is_told_that_the_name_servers_fail) {
  reply = DnsReply{.rcode = 2};
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("www.example.com", 443), ConnectStatus::general_failure);
  });
}

TEST_F(ExitStream, is_told_that_there_are_too_many) {
  auto others = shared->limit.acquire();
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::general_failure);
  });
  others = base::fail(Errc::cancelled);
}

TEST_F(ExitStream, is_told_that_its_client_has_its_share) {
  set_up(site_port(), {}, {}, 2);
  const int one = 0;
  const int other = 0;
  auto held = shared->limit.acquire(Holder(&one));
  serve({}, Holder(&one));
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::general_failure);
    EXPECT_EQ(co_await read_text(*peer), "(end)");
  });
  peer->reset();
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return !serving; }));
  auto pair = net::testing::tcp_pair(io);
  peer = std::move(pair.near);
  far = std::move(pair.far);
  serve({}, Holder(&other));
  run([this]() -> Task<void> { EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok); });
  held = base::fail(Errc::cancelled);
}

TEST_F(ExitStream, that_is_reset_ends_the_attempt_to_connect) {
  const testing::Blackhole hole(io, {boost::asio::ip::address_v4::loopback(), 0});
  set_up(hole.port(), {}, {.deadline = std::chrono::hours(1)});
  serve();
  // What comes behind the request does not hide the reset.
  auto request = ConnectRequest{"127.0.0.1", hole.port()}.encode();
  base::append(request, base::bytes_of("early"));
  run([&]() -> Task<void> { EXPECT_TRUE(co_await net::write_all(*peer, request)); });
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return shared->limit.open() == 1; }));
  peer->reset();
  EXPECT_TRUE(is_left());
}

TEST_F(ExitStream, that_is_reset_ends_the_lookup_of_a_name) {
  reply = std::nullopt;
  const auto long_time = std::chrono::milliseconds(3'600'000);
  set_up(site_port(), {.first_try = long_time, .tries = 1, .deadline = long_time, .v6_wait = long_time},
         {.deadline = long_time});
  serve();
  const auto request = ConnectRequest{"www.example.com", 443}.encode();
  run([&]() -> Task<void> { EXPECT_TRUE(co_await net::write_all(*peer, request)); });
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return resolver->lookups_running() == 1; }));
  peer->reset();
  EXPECT_TRUE(is_left());
  EXPECT_EQ(resolver->lookups_running(), 0U);
}

TEST_F(ExitStream, that_has_only_ended_its_direction_still_gets_its_site) {
  serve();
  run([this]() -> Task<void> {
    const auto request = ConnectRequest{"127.0.0.1", site_port()}.encode();
    EXPECT_TRUE(co_await net::write_all(*peer, request));
    peer->finish();
    net::TcpStream other(co_await site.async_accept(boost::asio::use_awaitable));
    EXPECT_EQ(co_await read_text(other), "(end)");
    EXPECT_TRUE(co_await net::testing::write_text(other, "answer"));
    other.finish();
    const auto answer = co_await peer::read_message<ConnectAnswer>(*peer);
    EXPECT_TRUE(answer && answer->status == ConnectStatus::ok);
    EXPECT_EQ(co_await read_text(*peer), "answer(end)");
  });
}

[[nodiscard]] bool is_ready(net::TcpStream& stream, short what) {
  pollfd asked{.fd = stream.socket().native_handle(), .events = what, .revents = 0};
  return ::poll(&asked, 1, 0) == 1;
}

TEST_F(ExitStream, that_is_reset_leaves_a_site_that_neither_reads_nor_ends) {
  serve();
  std::optional<net::TcpStream> other;
  run([&]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok);
    other.emplace(site.accept());
    const std::string block(1'000'000, 'x');
    while (is_ready(*peer, POLLOUT)) EXPECT_TRUE(peer->try_write(base::bytes_of(block)));
  });
  EXPECT_TRUE(net::testing::comes_true(io, [&] { return is_ready(*other, POLLIN); }));
  peer->reset();
  EXPECT_TRUE(is_left());
  EXPECT_TRUE(is_ready(*other, POLLERR));
}

TEST_F(ExitStream, that_is_reset_behind_its_end_leaves_a_site_that_says_nothing) {
  serve();
  std::optional<net::TcpStream> other;
  run([&]() -> Task<void> {
    EXPECT_EQ(co_await ask("127.0.0.1", site_port()), ConnectStatus::ok);
    other.emplace(site.accept());
    peer->finish();
    EXPECT_EQ(co_await read_text(*other), "(end)");
  });
  peer->reset();
  EXPECT_TRUE(is_left());
  EXPECT_TRUE(is_ready(*other, POLLERR));
}

TEST_F(ExitStream, is_left_by_a_refusal_that_the_peer_does_not_end) {
  serve({.farewell = milliseconds(30)});
  run([this]() -> Task<void> { EXPECT_EQ(co_await ask("10.0.0.1", 443), ConnectStatus::not_allowed); });
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return !serving; }));
}

TEST_F(ExitStream, is_broken_off_when_its_request_does_not_come) {
  serve({.request = milliseconds(30)});
  run([this]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*peer, std::string_view("\0\x20", 2)));
    EXPECT_THAT(co_await read_text(*peer), HasSubstr("broken off"));
  });
}

TEST_F(ExitStream, is_broken_off_when_its_request_is_none) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(*peer, std::string_view("\0\x03"
                                                                          "abc",
                                                                          5)));
    EXPECT_THAT(co_await read_text(*peer), HasSubstr("broken off"));
  });
}

TEST_F(ExitStream, is_broken_off_when_it_ends_inside_of_its_request) {
  serve();
  run([this]() -> Task<void> {
    peer->finish();
    EXPECT_THAT(co_await read_text(*peer), HasSubstr("broken off"));
  });
}

}  // namespace
}  // namespace qnet::exit
