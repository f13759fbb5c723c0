// A pipe between two threads. Worth most under the thread sanitizer (preset tsan) and the address sanitizer
// (preset dev).
#include <future>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/cross_core_pipe.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using base::testing::SeededRandom;
using namespace std::chrono_literals;

constexpr auto kLong = 60s;

/// One io_context and its thread, as IoPool has many.
class Core {
 public:
  ~Core() { halt(); }

  /// The thread is gone afterwards, what its coroutines own is not.
  void halt() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] asio::any_io_executor executor() { return io_.get_executor(); }

  /// Runs a callable that returns a Task<T>, on this core.
  template <class Job>
  auto start(Job job) {
    return asio::co_spawn(io_, std::move(job), asio::use_future);
  }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

/// No two places within 60 kB look alike.
base::Bytes pattern(std::size_t size) {
  base::Bytes block(std::min<std::size_t>(size, 65'521));
  SeededRandom(size).fill(block);
  base::Bytes bytes;
  bytes.reserve(size);
  while (bytes.size() < size)
    base::append(bytes, base::ByteView(block).first(std::min(block.size(), size - bytes.size())));
  return bytes;
}

/// Writes in pieces of changing length, and ends.
Task<bool> send(ByteStream& end, const base::Bytes& bytes, std::uint64_t seed) {
  std::mt19937_64 lengths(seed);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto count = std::min<std::size_t>(1 + lengths() % 100'000, bytes.size() - at);
    const auto done = co_await write_all(end, base::ByteView(bytes).subspan(at, count));
    if (!done) co_return false;
    at += count;
  }
  end.finish();
  co_return true;
}

/// Reads all up to the end, half of it by peek(); whether it is the expected.
Task<bool> receive(ByteStream& end, const base::Bytes& expected, std::uint64_t seed) {
  std::mt19937_64 lengths(seed);
  base::Bytes room(100'000);
  base::Bytes all;
  for (;;) {
    if (auto ready = co_await end.wait_readable(); !ready) co_return false;
    const auto wanted = 1 + static_cast<std::size_t>(lengths() % room.size());
    const auto held = lengths() % 2 == 0 ? end.peek() : base::ByteView();
    if (!held.empty()) {
      const auto count = std::min(wanted, held.size());
      base::append(all, held.first(count));
      end.consume(count);
      continue;
    }
    const auto got = end.try_read(base::MutableBytes(room).first(wanted));
    if (!got) co_return false;
    if (*got == 0) co_return all == expected;
    base::append(all, base::ByteView(room).first(*got));
  }
}

template <class T>
[[nodiscard]] bool is_true(std::future<T>& future) {
  return future.wait_for(kLong) == std::future_status::ready && future.get();
}

class Threads : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Threads, carry_many_megabytes_both_ways_through_a_pipe) {
  Core a;
  Core b;
  // With a small bound the cores wake each other for little: fewer bytes.
  const std::size_t size = GetParam() < 1024 ? 100'000 : 16'000'000;
  const auto there = pattern(size);
  const auto back = pattern(size + 1);
  auto ends = cross_core_pipe(a.executor(), b.executor(), GetParam());
  ByteStream& near = *ends.a;
  ByteStream& far = *ends.b;
  auto sent = a.start([&] { return send(near, there, 1); });
  auto sent_back = b.start([&] { return send(far, back, 2); });
  auto received = b.start([&] { return receive(far, there, 3); });
  auto received_back = a.start([&] { return receive(near, back, 4); });
  EXPECT_TRUE(is_true(sent));
  EXPECT_TRUE(is_true(sent_back));
  EXPECT_TRUE(is_true(received));
  EXPECT_TRUE(is_true(received_back));
  a.halt();
  b.halt();
}

INSTANTIATE_TEST_SUITE_P(WithBounds, Threads, ::testing::Values(1000, 65'536, kPipeBound));

TEST(ThreadsTest, join_two_pumps_across_a_pipe) {
  Core a;
  Core b;
  // near — a1 ⇄ a2 — (pump on a) — a3 ⇄ b1 — (echo on b)
  auto inner = cross_core_pipe(a.executor(), a.executor());
  auto outer = cross_core_pipe(a.executor(), b.executor());
  const auto bytes = pattern(8'000'000);
  ByteStream& near = *inner.a;
  Traffic traffic;
  std::atomic<std::uint64_t> echoed{0};
  auto joined = a.start([&traffic, left = std::move(inner.b), right = std::move(outer.a)]() -> Task<bool> {
    co_await join(*left, *right, traffic);
    co_return true;
  });
  auto echo = b.start([&echoed, end = std::move(outer.b)]() -> Task<bool> {
    const auto done = co_await pump(*end, *end, echoed);
    co_return done.has_value();
  });
  auto sent = a.start([&] { return send(near, bytes, 5); });
  auto received = a.start([&] { return receive(near, bytes, 6); });
  EXPECT_TRUE(is_true(sent));
  EXPECT_TRUE(is_true(received));
  EXPECT_TRUE(is_true(joined));
  EXPECT_TRUE(is_true(echo));
  EXPECT_EQ(traffic.up, bytes.size());
  EXPECT_EQ(traffic.down, bytes.size());
  EXPECT_EQ(echoed, bytes.size());
  a.halt();
}

/// Reads and writes until it fails, or has done so often; then leaves in one of the ways that there are. Both
/// ends may come to wait for the other, so each gives up after a while.
Task<bool> use_and_leave(std::unique_ptr<ByteStream> end, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  const Deadline limit(end->executor(), std::chrono::microseconds(chance() % 3000), [&end] { end->reset(); });
  const auto rounds = chance() % 40;
  base::Bytes room(20'000);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto put = end->try_write(base::ByteView(room).first(1 + chance() % room.size()));
    if (!put) break;
    const auto got = end->try_read(base::MutableBytes(room).first(1 + chance() % room.size()));
    if (!got && !got.error().is(Errc::would_block)) break;
    if (chance() % 4 == 0 && !co_await end->wait_writable()) break;
    if (chance() % 4 == 0 && !co_await end->wait_readable()) break;
    if (chance() % 8 == 0) co_await asio::post(asio::use_awaitable);
  }
  switch (chance() % 4) {
    case 0: end->reset(); break;
    case 1: end->close(); break;
    case 2: end->finish(); break;
    default: break;
  }
  co_return true;
}

TEST(ThreadsTest, may_destroy_an_end_at_any_point) {
  Core a;
  Core b;
  for (std::uint64_t round = 0; round < 300; ++round) {
    auto ends = cross_core_pipe(a.executor(), b.executor(), 30'000);
    auto near = a.start(
        [end = std::move(ends.a), round]() mutable { return use_and_leave(std::move(end), 2 * round); });
    auto far = b.start(
        [end = std::move(ends.b), round]() mutable { return use_and_leave(std::move(end), 2 * round + 1); });
    ASSERT_TRUE(is_true(near)) << round;
    ASSERT_TRUE(is_true(far)) << round;
  }
}

/// Writes and reads until the pipe fails.
Task<bool> use_for_ever(std::unique_ptr<ByteStream> end, std::atomic<std::uint64_t>& moved) {
  (void)end->try_write(base::bytes_of("first"));
  (void)co_await pump(*end, *end, moved);
  co_return true;
}

TEST(ThreadsTest, may_stop_at_any_point_with_ends_in_use_and_contexts_destroyed_in_either_order) {
  for (int round = 0; round < 40; ++round) {
    auto a = std::make_unique<Core>();
    auto b = std::make_unique<Core>();
    std::atomic<std::uint64_t> moved{0};
    std::vector<std::future<bool>> jobs;
    for (int pipes = 0; pipes < 4; ++pipes) {
      auto ends = cross_core_pipe(a->executor(), b->executor(), 5000);
      jobs.push_back(a->start(
          [end = std::move(ends.a), &moved]() mutable { return use_for_ever(std::move(end), moved); }));
      jobs.push_back(b->start(
          [end = std::move(ends.b), &moved]() mutable { return use_for_ever(std::move(end), moved); }));
    }
    while (moved < 100U * static_cast<unsigned>(round)) std::this_thread::yield();
    a->halt();
    b->halt();
    if (round % 2 == 0) {
      a.reset();
      b.reset();
    } else {
      b.reset();
      a.reset();
    }
    for (auto& job : jobs) EXPECT_THROW((void)job.get(), std::future_error) << "its coroutine was destroyed";
  }
}

TEST(ThreadsTest, find_the_pipe_full_while_the_other_core_has_stopped_and_reset_once_its_end_is_gone) {
  Core a;
  Core b;
  auto ends = cross_core_pipe(a.executor(), b.executor(), 1000);
  b.halt();
  auto wrote = a.start([&]() -> Task<bool> {
    const auto put = ends.a->try_write(base::Bytes(2000, 'x'));
    co_return put == 1000U && ends.a->write_room() == 0;
  });
  EXPECT_TRUE(is_true(wrote));
  auto failed = a.start([&]() -> Task<bool> {
    const auto ready = co_await ends.a->wait_writable();
    co_return !ready && ready.error().is(Errc::reset);
  });
  ends.b.reset();
  EXPECT_TRUE(is_true(failed));
  a.halt();
}

}  // namespace
}  // namespace qnet::net
