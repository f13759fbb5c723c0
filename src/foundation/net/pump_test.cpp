#include "foundation/net/pump.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::MemoryStream;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;
using namespace std::chrono_literals;

std::string text_of_size(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

/// The three ways in which a pump moves bytes.
enum class Way { read, held, prepared };

/// From one stream in memory to another, each way.
class Pumps : public ::testing::TestWithParam<Way> {
 protected:
  Pumps() {
    from.shows_what_it_holds = GetParam() == Way::held;
    to.gives_memory = GetParam() == Way::prepared;
  }

  void start(IdleLimit* idle = nullptr) {
    asio::co_spawn(
        io, [this, idle]() -> Task<void> { ended = co_await pump(from, to, moved, idle); },
        [](const std::exception_ptr& error) {
          if (error) std::rethrow_exception(error);
        });
  }
  [[nodiscard]] bool ends() {
    return comes_true(io, [&] { return ended.has_value(); });
  }
  void settle() {
    io.restart();
    io.poll();
  }

  asio::io_context io{1};
  MemoryStream from{io.get_executor()};
  MemoryStream to{io.get_executor()};
  std::atomic<std::uint64_t> moved{0};
  std::optional<base::Result<void>> ended;
};

TEST_P(Pumps, move_everything_and_its_end) {
  from.incoming = text_of_size(1'000'000);
  from.at_end = true;
  start();
  ASSERT_TRUE(ends());
  EXPECT_TRUE(*ended);
  EXPECT_TRUE(to.written == text_of_size(1'000'000));
  EXPECT_TRUE(to.finished);
  EXPECT_FALSE(from.was_reset);
  EXPECT_FALSE(to.was_reset);
  EXPECT_EQ(moved, 1'000'000U);
}

TEST_P(Pumps, move_what_comes_later) {
  start();
  settle();
  from.incoming = "one";
  from.notify();
  EXPECT_TRUE(comes_true(io, [&] { return to.written == "one"; }));
  EXPECT_EQ(moved, 3U);
  from.incoming = "two";
  from.at_end = true;
  from.notify();
  ASSERT_TRUE(ends());
  EXPECT_EQ(to.written, "onetwo");
}

TEST_P(Pumps, leave_bytes_where_they_are_while_the_other_side_has_no_room) {
  from.incoming = "waits";
  to.room = 0;
  start();
  settle();
  EXPECT_EQ(from.incoming, "waits");
  EXPECT_EQ(to.longest_write, 0U);
  to.room = 3;
  to.notify();
  EXPECT_TRUE(comes_true(io, [&] { return to.written == "waits"; }));
  EXPECT_EQ(to.longest_write, 3U);
}

TEST_P(Pumps, offer_what_was_refused_again_in_order) {
  from.incoming = text_of_size(600'000);
  from.at_end = true;
  to.takes = 100'000;
  start();
  for (std::size_t taken = 100'000; taken < 600'000; taken += 100'000) {
    ASSERT_TRUE(comes_true(io, [&] { return to.written.size() == taken; }));
    settle();
    EXPECT_FALSE(to.finished);
    to.takes = 100'000;
    to.notify();
  }
  ASSERT_TRUE(ends());
  EXPECT_TRUE(to.written == text_of_size(600'000));
  EXPECT_TRUE(to.finished);
}

TEST_P(Pumps, end_when_a_stream_that_has_refused_is_reset) {
  from.incoming = "stuck";
  to.takes = 0;
  start();
  settle();
  EXPECT_FALSE(ended);
  to.reset();
  ASSERT_TRUE(ends());
  EXPECT_FALSE(*ended);
  EXPECT_TRUE(from.was_reset);
}

TEST_P(Pumps, end_when_a_stream_without_room_is_reset) {
  from.incoming = "stuck";
  to.room = 0;
  start();
  settle();
  EXPECT_FALSE(ended);
  to.reset();
  ASSERT_TRUE(ends());
  EXPECT_FALSE(*ended);
  EXPECT_TRUE(from.was_reset);
}

TEST_P(Pumps, reset_both_when_reading_fails_but_move_what_came_before) {
  from.incoming = "before";
  from.read_fails = Errc::reset;
  start();
  ASSERT_TRUE(ends());
  ASSERT_FALSE(*ended);
  EXPECT_TRUE(ended->error().is(Errc::reset));
  EXPECT_EQ(to.written, "before");
  EXPECT_FALSE(to.finished);
  EXPECT_TRUE(from.was_reset);
  EXPECT_TRUE(to.was_reset);
}

TEST_P(Pumps, reset_both_when_writing_fails) {
  from.incoming = "lost";
  to.write_fails = Errc::reset;
  start();
  ASSERT_TRUE(ends());
  ASSERT_FALSE(*ended);
  EXPECT_TRUE(ended->error().is(Errc::reset));
  EXPECT_TRUE(from.was_reset);
  EXPECT_TRUE(to.was_reset);
}

TEST_P(Pumps, let_others_have_their_turn) {
  from.incoming = text_of_size(100'000);
  from.at_end = true;
  to.room = 1000;
  std::optional<std::size_t> seen;
  start();
  asio::post(io, [&] { asio::post(io, [&] { seen = to.written.size(); }); });
  ASSERT_TRUE(ends());
  ASSERT_TRUE(seen);
  EXPECT_GT(*seen, 0U);
  EXPECT_LE(*seen, 20'000U);
}

TEST_P(Pumps, tell_the_idle_limit_of_each_move) {
  const auto idle = 20ms;
  const auto start_of_all = std::chrono::steady_clock::now();
  bool called = false;
  IdleLimit limit(io.get_executor(), idle, [&] { called = true; });
  from.incoming = "x";
  start(&limit);  // moves it before the limit looks for the first time
  ASSERT_TRUE(comes_true(io, [&] { return called; }));
  EXPECT_GE(std::chrono::steady_clock::now() - start_of_all, 2 * idle);
}

std::string name_of(Way way) {
  switch (way) {
    case Way::read: return "read";
    case Way::held: return "held";
    case Way::prepared: return "prepared";
  }
  return "unknown";
}

INSTANTIATE_TEST_SUITE_P(Bytes, Pumps, ::testing::Values(Way::read, Way::held, Way::prepared),
                         [](const auto& parameter) { return name_of(parameter.param); });

class PumpTest : public ::testing::Test {
 protected:
  asio::io_context io{1};
  std::atomic<std::uint64_t> moved{0};
};

TEST_F(PumpTest, writes_held_bytes_without_reading_them) {
  MemoryStream from(io.get_executor());
  MemoryStream to(io.get_executor());
  from.incoming = text_of_size(100'000);
  from.at_end = from.shows_what_it_holds = true;
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { EXPECT_TRUE(co_await pump(from, to, moved)); }));
  EXPECT_EQ(from.reads, 0U);
  EXPECT_EQ(to.written.size(), 100'000U);
}

TEST_F(PumpTest, reads_into_memory_of_the_stream_that_it_writes_to) {
  MemoryStream from(io.get_executor());
  MemoryStream to(io.get_executor());
  from.incoming = text_of_size(100'000);
  from.at_end = to.gives_memory = true;
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { EXPECT_TRUE(co_await pump(from, to, moved)); }));
  EXPECT_EQ(to.commits, from.reads);
  EXPECT_TRUE(to.written == text_of_size(100'000));
}

TEST_F(PumpTest, carries_a_stream_back_into_itself) {
  auto pair = testing::tcp_pair(io);
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    EXPECT_TRUE(co_await write_text(*pair.near, "echo"));
    pair.near->finish();
    EXPECT_TRUE(co_await pump(*pair.far, *pair.far, moved));
    EXPECT_EQ(co_await read_text(*pair.near), "echo(end)");
  }));
}

}  // namespace
}  // namespace qnet::net
