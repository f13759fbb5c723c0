// A stream whose peer breaks it off: all that was begun for it ends at once.
#include <gtest/gtest.h>

#include "edge/exit/testing/exit_stream_fixture.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/silent_port.hpp"

namespace qnet::exit {
namespace {

using net::Task;
using net::testing::read_text;
using peer::ConnectAnswer;
using peer::ConnectRequest;
using peer::ConnectStatus;
using testing::ExitStream;
using testing::is_ready;

TEST_F(ExitStream, that_is_reset_ends_the_attempt_to_connect) {
  const net::testing::SilentPort hole(io);
  set_up(hole.endpoint().port(), {}, {.deadline = std::chrono::hours(1)});
  serve();
  // What comes behind the request does not hide the reset.
  auto request = ConnectRequest{"127.0.0.1", hole.endpoint().port()}.encode();
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

}  // namespace
}  // namespace qnet::exit
