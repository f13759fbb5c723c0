// Two streams joined, over TCP.
#include <gtest/gtest.h>
#include <poll.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/pump.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;
using namespace std::chrono_literals;

std::string text_of_size(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

/// client — a ⇄ b — server, all over TCP; a and b are joined.
class Joins : public ::testing::Test {
 protected:
  void start() {
    spawn([this]() -> Task<void> { co_await join(*left.far, *right.near, traffic); });
  }
  void start(std::chrono::milliseconds idle) {
    spawn([this, idle]() -> Task<void> { co_await join(*left.far, *right.near, traffic, idle); });
  }
  template <class Job>
  void spawn(Job job) {
    asio::co_spawn(io, std::move(job), [this](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
      ended = true;
    });
  }
  [[nodiscard]] bool ends() {
    return comes_true(io, [&] { return ended; });
  }

  asio::io_context io{1};
  testing::TcpPair left = testing::tcp_pair(io);
  testing::TcpPair right = testing::tcp_pair(io);
  ByteStream& client = *left.near;
  ByteStream& server = *right.far;
  Traffic traffic;
  bool ended = false;
};

TEST_F(Joins, carry_bytes_both_ways_until_both_have_ended_and_count_them) {
  start();
  const auto question = text_of_size(3'000'000);
  const auto answer = text_of_size(5'000'000);
  bool asked = false;
  spawn([&]() -> Task<void> {
    EXPECT_TRUE(co_await write_text(client, question));
    client.finish();
    asked = true;
  });
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    const auto got = co_await read_text(server);
    EXPECT_TRUE(got == question + "(end)");
  }));
  ended = false;
  EXPECT_TRUE(asked);
  spawn([&]() -> Task<void> {
    EXPECT_TRUE(co_await write_text(server, answer));
    server.finish();
  });
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    const auto got = co_await read_text(client);
    EXPECT_TRUE(got == answer + "(end)");
  }));
  EXPECT_TRUE(ends());
  EXPECT_EQ(traffic.up, question.size());
  EXPECT_EQ(traffic.down, answer.size());
}

TEST_F(Joins, carry_a_half_close_and_go_on_the_other_way) {
  start();
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    client.finish();
    EXPECT_EQ(co_await read_text(server), "(end)");
    EXPECT_TRUE(co_await write_text(server, "an answer"));
    server.finish();
    EXPECT_EQ(co_await read_text(client), "an answer(end)");
  }));
  EXPECT_TRUE(ends());
}

TEST_F(Joins, carry_a_reset) {
  start();
  server.reset();
  EXPECT_TRUE(runs_to_end(
      io, [&]() -> Task<void> { EXPECT_EQ(co_await read_text(client), "(the connection was broken off)"); }));
  EXPECT_TRUE(ends());
}

[[nodiscard]] bool is_ready(TcpStream& stream, short what) {
  pollfd asked{.fd = stream.socket().native_handle(), .events = what, .revents = 0};
  return ::poll(&asked, 1, 0) == 1;
}

TEST_F(Joins, carry_a_reset_of_who_asked_also_while_the_other_side_takes_nothing) {
  start();
  const auto upload = text_of_size(32'000'000);
  bool stopped = false;
  asio::co_spawn(
      io, [&]() -> Task<void> { EXPECT_FALSE(co_await write_text(client, upload)); },
      [&](const std::exception_ptr&) { stopped = true; });
  // What the server has not taken fills both connections.
  ASSERT_TRUE(comes_true(io, [&] { return !is_ready(*right.near, POLLOUT) && is_ready(*left.far, POLLIN); }));
  EXPECT_FALSE(ended);
  client.reset();
  EXPECT_TRUE(ends());
  EXPECT_TRUE(comes_true(io, [&] { return stopped && is_ready(*right.far, POLLERR); }));
}

TEST_F(Joins, carry_a_reset_of_who_asked_also_behind_its_half_close) {
  start();
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    client.finish();
    EXPECT_EQ(co_await read_text(server), "(end)");
    client.reset();
  }));
  EXPECT_TRUE(ends());
  EXPECT_TRUE(is_ready(*right.far, POLLERR));
}

TEST_F(Joins, carry_what_came_before_a_reset) {
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    EXPECT_TRUE(co_await write_text(client, "last words"));
    client.reset();
  }));
  start();
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    EXPECT_EQ(co_await read_text(server), "last words(the connection was broken off)");
  }));
  EXPECT_TRUE(ends());
}

TEST_F(Joins, carry_on_an_upload_whose_answer_has_ended) {
  start();
  const auto upload = text_of_size(32'000'000);
  bool sent = false;
  asio::co_spawn(
      io,
      [&]() -> Task<void> {
        EXPECT_TRUE(co_await write_text(client, upload));
        client.finish();
        sent = true;
      },
      asio::detached);
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    server.finish();
    EXPECT_EQ(co_await read_text(client), "(end)");
  }));
  EXPECT_FALSE(ended);
  // Both directions of the client's connection end before the server has read the upload.
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    const auto got = co_await read_text(server);
    EXPECT_TRUE(got == upload + "(end)");
  }));
  EXPECT_TRUE(ends());
  EXPECT_TRUE(sent);
}

TEST_F(Joins, with_an_idle_limit_are_reset_when_nothing_moves) {
  start(20ms);
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    EXPECT_EQ(co_await read_text(client), "(the connection was broken off)");
    EXPECT_EQ(co_await read_text(server), "(the connection was broken off)");
  }));
  EXPECT_TRUE(ends());
}

TEST_F(Joins, with_an_idle_limit_end_as_others_do) {
  start(1h);
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    client.finish();
    server.finish();
    EXPECT_EQ(co_await read_text(client), "(end)");
    EXPECT_EQ(co_await read_text(server), "(end)");
  }));
  EXPECT_TRUE(ends());
}

}  // namespace
}  // namespace qnet::net
