// What stands beside pump() in pump.hpp.
#include <thread>

#include <gtest/gtest.h>

#include "foundation/net/pump.hpp"
#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/run_job.hpp"

namespace qnet::net {
namespace {

namespace asio = boost::asio;
using testing::comes_true;
using testing::MemoryStream;
using testing::runs_to_end;

class StreamHelpers : public ::testing::Test {
 protected:
  asio::io_context io{1};
  MemoryStream stream{io.get_executor()};
};

TEST_F(StreamHelpers, write_all_waits_until_all_was_taken) {
  std::optional<base::Result<void>> done;
  stream.takes = 4;
  asio::co_spawn(
      io, [&]() -> Task<void> { done = co_await write_all(stream, base::bytes_of("ninebytes")); },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_EQ(stream.written, "nine");
  EXPECT_FALSE(done);
  stream.takes = 5;
  stream.notify();
  EXPECT_TRUE(comes_true(io, [&] { return done.has_value(); }));
  EXPECT_TRUE(*done);
  EXPECT_EQ(stream.written, "ninebytes");
}

TEST_F(StreamHelpers, write_all_tells_an_error) {
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> {
    stream.takes = 0;
    stream.write_fails = Errc::reset;
    const auto done = co_await write_all(stream, base::bytes_of("x"));
    EXPECT_FALSE(done);
  }));
  MemoryStream refusing(io.get_executor());
  refusing.takes = 0;
  std::optional<base::Result<void>> done;
  asio::co_spawn(
      io, [&]() -> Task<void> { done = co_await write_all(refusing, base::bytes_of("x")); },
      [](const std::exception_ptr&) {});
  io.restart();
  io.poll();
  refusing.reset();
  EXPECT_TRUE(comes_true(io, [&] { return done.has_value(); }));
  EXPECT_FALSE(*done);
}

TEST_F(StreamHelpers, read_some_waits_for_bytes_the_end_or_an_error) {
  std::string seen;
  asio::co_spawn(
      io,
      [&]() -> Task<void> {
        base::Bytes room(64);
        for (;;) {
          const auto got = co_await read_some(stream, room);
          if (!got) break;
          seen += *got == 0 ? "(end)" : base::text_of(base::ByteView(room).first(*got));
          if (*got == 0) stream.read_fails = Errc::reset;
        }
        seen += "(error)";
      },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_EQ(seen, "");
  stream.incoming = "bytes";
  stream.notify();
  EXPECT_TRUE(comes_true(io, [&] { return seen == "bytes"; }));
  stream.at_end = true;
  stream.notify();
  EXPECT_TRUE(comes_true(io, [&] { return seen == "bytes(end)(error)"; }));
}

TEST_F(StreamHelpers, finish_and_drain_waits_for_the_other_sides_end) {
  bool drained = false;
  asio::co_spawn(
      io,
      [&]() -> Task<void> {
        co_await finish_and_drain(stream);
        drained = true;
      },
      [](const std::exception_ptr&) {});
  io.poll();
  EXPECT_TRUE(stream.finished);
  stream.incoming = std::string(5000, 'x');
  stream.notify();
  EXPECT_TRUE(comes_true(io, [&] { return stream.incoming.empty(); }));
  EXPECT_FALSE(drained);
  stream.at_end = true;
  stream.notify();
  EXPECT_TRUE(comes_true(io, [&] { return drained; }));
}

TEST_F(StreamHelpers, finish_and_drain_ends_at_an_error) {
  stream.read_fails = Errc::reset;
  EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { co_await finish_and_drain(stream); }));
}

TEST(ThreadScratch, is_one_for_each_thread) {
  const auto here = thread_scratch();
  EXPECT_EQ(here.size(), kScratchSize);
  EXPECT_EQ(thread_scratch().data(), here.data());
  const std::uint8_t* there = nullptr;
  std::thread([&there] { there = thread_scratch().data(); }).join();
  EXPECT_NE(there, here.data());
}

}  // namespace
}  // namespace qnet::net
