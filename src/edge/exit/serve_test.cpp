// One stream at the exit, from its request to its end, with a web site on loopback.
#include "edge/exit/serve.hpp"

#include <gmock/gmock.h>

#include "edge/exit/testing/exit_stream_fixture.hpp"
#include "foundation/net/testing/read_text.hpp"

namespace qnet::exit {
namespace {

using net::Task;
using net::testing::read_text;
using peer::ConnectStatus;
using std::chrono::milliseconds;
using testing::DnsReply;
using testing::ExitStream;
using ::testing::HasSubstr;

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
    EXPECT_EQ(lacks, peer::Lack::nothing);
    EXPECT_EQ(co_await read_text(*peer), "(end)");
  });
  EXPECT_EQ(shared->counters.refused_in_all(), 1U);
}

TEST_F(ExitStream, is_told_that_the_port_is_not_served) {
  serve();
  run([this]() -> Task<void> {
    EXPECT_EQ(co_await ask("www.example.com", 8443), ConnectStatus::not_allowed);
    EXPECT_EQ(lacks, peer::Lack::port);
  });
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
    EXPECT_EQ(lacks, peer::Lack::places);
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
    EXPECT_EQ(lacks, peer::Lack::places);
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
