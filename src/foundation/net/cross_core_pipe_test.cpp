// What one end sees of the other, on one thread. Two threads: cross_core_threads_test.cpp.
#include "foundation/net/cross_core_pipe.hpp"

#include <gtest/gtest.h>

#include "foundation/net/error.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;

constexpr auto kBroken = "(the connection was broken off)";

class Pipes : public ::testing::Test {
 protected:
  void make(std::size_t bound = kPipeBound) {
    auto ends = cross_core_pipe(io_a.get_executor(), io_b.get_executor(), bound);
    a = std::move(ends.a);
    b = std::move(ends.b);
  }
  [[nodiscard]] std::string read(asio::io_context& io, ByteStream& end) {
    std::string text;
    EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { text = co_await read_text(end); }));
    return text;
  }
  /// What waiting comes to; nothing while it waits.
  using Outcome = std::shared_ptr<std::optional<base::Result<void>>>;
  Outcome wait(asio::io_context& io, Task<base::Result<void>> waiting) {
    auto outcome = std::make_shared<Outcome::element_type>();
    asio::co_spawn(
        io,
        [](Task<base::Result<void>> inner, Outcome result) -> Task<void> {
          *result = co_await std::move(inner);
        }(std::move(waiting), outcome),
        [](const std::exception_ptr&) {});
    io.restart();
    io.poll();
    return outcome;
  }
  [[nodiscard]] static std::size_t put(ByteStream& end, std::size_t bytes) {
    return end.try_write(base::Bytes(bytes, 'x')).value_or(0);
  }
  [[nodiscard]] static std::size_t take(ByteStream& end, std::size_t bytes) {
    base::Bytes room(bytes);
    return end.try_read(room).value_or(0);
  }

  asio::io_context io_a{1};
  asio::io_context io_b{1};
  std::unique_ptr<ByteStream> a, b;
};

TEST_F(Pipes, belong_to_their_own_executors) {
  make();
  EXPECT_EQ(a->executor(), io_a.get_executor());
  EXPECT_EQ(b->executor(), io_b.get_executor());
}

TEST_F(Pipes, carry_bytes_both_ways) {
  make();
  EXPECT_EQ(a->try_write(base::bytes_of("question")), 8U);
  EXPECT_EQ(b->try_write(base::bytes_of("answer")), 6U);
  a->finish();
  b->finish();
  EXPECT_EQ(read(io_b, *b), "question(end)");
  EXPECT_EQ(read(io_a, *a), "answer(end)");
}

TEST_F(Pipes, say_that_nothing_has_come_yet) {
  make();
  base::Bytes room(4);
  EXPECT_TRUE(a->try_read(room).error().is(Errc::would_block));
  EXPECT_TRUE(a->peek().empty());
}

TEST_F(Pipes, show_what_they_hold_until_it_is_consumed) {
  make();
  EXPECT_TRUE(a->try_write(base::bytes_of("one")));
  EXPECT_EQ(base::text_of(b->peek()), "one");
  b->consume(1);
  EXPECT_EQ(base::text_of(b->peek()), "ne");
  EXPECT_TRUE(a->try_write(base::bytes_of("two")));
  EXPECT_EQ(base::text_of(b->peek()), "ne");
  b->consume(2);
  EXPECT_EQ(base::text_of(b->peek()), "two");
  b->consume(0);
  EXPECT_EQ(take(*b, 10), 3U);
  EXPECT_TRUE(b->peek().empty());
}

TEST_F(Pipes, hold_no_more_than_their_bound) {
  make(1000);
  EXPECT_EQ(a->write_room(), 1000U);
  EXPECT_EQ(put(*a, 600), 600U);
  EXPECT_EQ(put(*a, 600), 400U);
  EXPECT_EQ(put(*a, 1), 0U);
  EXPECT_EQ(a->write_room(), 0U);
  EXPECT_EQ(b->peek().size(), 1000U);  // taken over, but not consumed
  EXPECT_EQ(a->write_room(), 0U);
  EXPECT_EQ(take(*b, 10), 10U);
  EXPECT_EQ(put(*a, 600), 10U);
  EXPECT_EQ(put(*b, 1001), 1000U) << "the other direction has a bound of its own";
}

TEST_F(Pipes, wake_a_writer_once_half_is_free) {
  make(1000);
  EXPECT_EQ(put(*a, 1000), 1000U);
  const auto woken = wait(io_a, a->wait_writable());
  EXPECT_EQ(take(*b, 499), 499U);
  io_a.restart();
  io_a.poll();
  EXPECT_FALSE(*woken);
  EXPECT_EQ(take(*b, 1), 1U);
  EXPECT_TRUE(comes_true(io_a, [&] { return woken->has_value(); }));
  EXPECT_TRUE(**woken);
  EXPECT_EQ(a->write_room(), 500U);
}

TEST_F(Pipes, work_with_a_bound_of_one_byte) {
  make(1);
  EXPECT_EQ(put(*a, 2), 1U);
  const auto woken = wait(io_a, a->wait_writable());
  EXPECT_EQ(take(*b, 2), 1U);
  EXPECT_TRUE(comes_true(io_a, [&] { return woken->has_value(); }));
}

TEST_F(Pipes, wake_a_reader_once_for_many_writes) {
  make();
  const auto woken = wait(io_b, b->wait_readable());
  EXPECT_FALSE(*woken);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(put(*a, 1), 1U);
  io_b.restart();
  EXPECT_LE(io_b.poll(), 3U);  // the wake-up, and what it resumes
  EXPECT_TRUE(woken->has_value());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(put(*a, 1), 1U);
  io_b.restart();
  EXPECT_EQ(io_b.poll(), 0U) << "nobody waits";
}

TEST_F(Pipes, go_on_reading_after_they_have_finished_writing) {
  make();
  const auto woken = wait(io_b, b->wait_readable());
  a->finish();
  EXPECT_TRUE(comes_true(io_b, [&] { return woken->has_value(); }));
  EXPECT_EQ(read(io_b, *b), "(end)");
  EXPECT_TRUE(a->try_write(base::bytes_of("x")).error().is(Errc::closed));
  EXPECT_TRUE(b->try_write(base::bytes_of("still here")));
  b->finish();
  EXPECT_EQ(read(io_a, *a), "still here(end)");
}

TEST_F(Pipes, end_both_directions_by_a_reset_and_drop_what_was_not_read) {
  for (const bool first : {true, false}) {
    make(1000);
    auto& resets = first ? *a : *b;
    auto& sees = first ? *b : *a;
    auto& io = first ? io_b : io_a;
    EXPECT_EQ(put(resets, 10), 10U);
    EXPECT_EQ(put(sees, 1000), 1000U);
    const auto writer = wait(io, sees.wait_writable());
    EXPECT_FALSE(*writer);
    resets.reset();
    EXPECT_TRUE(comes_true(io, [&] { return writer->has_value(); }));
    EXPECT_TRUE((**writer).error().is(Errc::reset));
    EXPECT_EQ(read(io, sees), kBroken);
    EXPECT_TRUE(sees.peek().empty());
    EXPECT_EQ(sees.write_room(), 1U);
    EXPECT_TRUE(sees.try_write(base::bytes_of("x")).error().is(Errc::reset));
    base::Bytes room(4);
    EXPECT_TRUE(resets.try_read(room).error().is(Errc::closed));
    EXPECT_TRUE(resets.try_write(room).error().is(Errc::closed));
  }
}

TEST_F(Pipes, wake_a_reader_by_a_reset) {
  make();
  const auto reader = wait(io_b, b->wait_readable());
  a->reset();
  EXPECT_TRUE(comes_true(io_b, [&] { return reader->has_value(); }));
  EXPECT_EQ(read(io_b, *b), kBroken);
}

TEST_F(Pipes, may_be_reset_while_the_other_end_holds_bytes) {
  make();
  EXPECT_EQ(put(*a, 10), 10U);
  EXPECT_EQ(b->peek().size(), 10U);
  a->reset();
  EXPECT_EQ(take(*b, 4), 4U);
  b->consume(6);
  EXPECT_EQ(read(io_b, *b), kBroken);
}

TEST_F(Pipes, deliver_what_was_written_before_a_close_and_refuse_what_comes_after) {
  for (const bool first : {true, false}) {
    make(1000);
    auto& closes = first ? *a : *b;
    auto& sees = first ? *b : *a;
    auto& io = first ? io_b : io_a;
    EXPECT_TRUE(closes.try_write(base::bytes_of("last words")));
    EXPECT_EQ(put(sees, 1000), 1000U);
    const auto writer = wait(io, sees.wait_writable());
    closes.close();
    EXPECT_TRUE(comes_true(io, [&] { return writer->has_value(); }));
    EXPECT_TRUE((**writer).error().is(Errc::reset));
    EXPECT_TRUE(sees.try_write(base::bytes_of("x")).error().is(Errc::reset));
    closes.reset();  // too late
    EXPECT_EQ(read(io, sees), "last words(end)");
  }
}

TEST_F(Pipes, wake_who_waits_at_the_end_that_is_closed_or_reset) {
  for (const bool orderly : {true, false}) {
    make(1);
    EXPECT_EQ(put(*a, 1), 1U);
    const auto reader = wait(io_a, a->wait_readable());
    const auto writer = wait(io_a, a->wait_writable());
    if (orderly) {
      a->close();
    } else {
      a->reset();
    }
    EXPECT_TRUE(comes_true(io_a, [&] { return reader->has_value() && writer->has_value(); }));
    EXPECT_TRUE((**reader).error().is(Errc::closed));
    EXPECT_TRUE((**writer).error().is(Errc::closed));
    a->finish();
    a->close();
    EXPECT_TRUE(a->peek().empty());
  }
}

TEST_F(Pipes, are_reset_when_an_end_is_destroyed_before_both_directions_have_ended) {
  make();
  EXPECT_EQ(put(*a, 10), 10U);
  a->finish();
  a.reset();
  EXPECT_EQ(read(io_b, *b), kBroken);
  make();
  b.reset();
  EXPECT_EQ(read(io_a, *a), kBroken);
}

TEST_F(Pipes, deliver_everything_when_an_end_is_destroyed_after_both_directions_have_ended) {
  make();
  EXPECT_TRUE(a->try_write(base::bytes_of("all of it")));
  a->finish();
  b->finish();
  EXPECT_EQ(read(io_a, *a), "(end)");
  a.reset();
  EXPECT_EQ(read(io_b, *b), "all of it(end)");
}

}  // namespace
}  // namespace qnet::net
