// What moving bytes from one stream to another costs the thread that does it, in its CPU time; and what a
// pipe between two threads carries, in real time.
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "foundation/net/cross_core_pipe.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;  // NOLINT(google-build-using-namespace)
namespace asio = boost::asio;

constexpr std::uint64_t kRound = 64 * 1024 * 1024;

/// Runs `io`, on the thread that is measured, until so much more has moved.
void run_until_moved(asio::io_context& io, const std::atomic<std::uint64_t>& moved, std::uint64_t more) {
  const auto end = moved + more;
  while (moved < end) io.run_one();
}

void start_pump(asio::io_context& io, net::ByteStream& from, net::ByteStream& to,
                std::atomic<std::uint64_t>& moved) {
  asio::co_spawn(
      io, [&]() -> net::Task<void> { (void)co_await net::pump(from, to, moved); },
      [](const std::exception_ptr&) {});
}

/// Writes without a pause, `size` bytes at a time, until the connection breaks.
std::thread source(int socket, std::size_t size) {
  return std::thread([socket, size] {
    const base::Bytes block(size, 'x');
    while (::send(socket, block.data(), block.size(), MSG_NOSIGNAL) > 0) {
    }
  });
}

std::thread sink(int socket) {
  return std::thread([socket] {
    base::Bytes room(1024 * 1024);
    while (::recv(socket, room.data(), room.size(), 0) > 0) {
    }
  });
}

void make_blocking(net::TcpStream& stream) {
  stream.socket().non_blocking(false);
  stream.socket().native_non_blocking(false);
}

/// From one TCP connection to another; the source writes `range(0)` bytes at a time.
void tcp_to_tcp(benchmark::State& state) {
  asio::io_context io{1};
  auto left = net::testing::tcp_pair(io);
  auto right = net::testing::tcp_pair(io);
  make_blocking(*left.near);
  make_blocking(*right.far);
  auto writes = source(left.near->socket().native_handle(), static_cast<std::size_t>(state.range(0)));
  auto reads = sink(right.far->socket().native_handle());
  std::atomic<std::uint64_t> moved{0};
  start_pump(io, *left.far, *right.near, moved);
  for (auto _ : state) run_until_moved(io, moved, kRound);
  state.SetBytesProcessed(static_cast<std::int64_t>(moved));
  left.far->reset();
  right.near->reset();
  writes.join();
  reads.join();
}
BENCHMARK(tcp_to_tcp)->Arg(1350)->Arg(16 * 1024)->Arg(256 * 1024);

/// A stream that always has bytes in memory, as a session's has under load: blocks of `size` bytes.
class Held final : public net::ByteStream {
 public:
  Held(const asio::any_io_executor& executor, std::size_t size, bool shows)
      : executor_(executor), block_(size, 'x'), shows_(shows) {}
  net::Task<base::Result<void>> wait_readable() override { co_return base::Result<void>(); }
  base::Result<std::size_t> try_read(base::MutableBytes out) override {
    const auto count = std::min(out.size(), block_.size() - head_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(head_), count, out.begin());
    take(count);
    return count;
  }
  [[nodiscard]] base::ByteView peek() override {
    return shows_ ? base::ByteView(block_).subspan(head_) : base::ByteView();
  }
  void consume(std::size_t count) override { take(count); }
  net::Task<base::Result<void>> wait_writable() override { co_return base::Result<void>(); }
  [[nodiscard]] std::size_t write_room() const override { return 0; }
  base::Result<std::size_t> try_write(base::ByteView) override { return 0; }
  void finish() override {}
  void reset() override {}
  void close() override {}
  [[nodiscard]] asio::any_io_executor executor() override { return executor_; }

 private:
  void take(std::size_t count) { head_ = (head_ + count) % block_.size(); }

  asio::any_io_executor executor_;
  base::Bytes block_;
  std::size_t head_ = 0;
  bool shows_;
};

/// From a stream that holds `range(0)` bytes at a time to TCP: read through scratch memory, or written where
/// they are.
void memory_to_tcp(benchmark::State& state) {
  asio::io_context io{1};
  auto pair = net::testing::tcp_pair(io);
  make_blocking(*pair.far);
  auto reads = sink(pair.far->socket().native_handle());
  Held held(io.get_executor(), static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  std::atomic<std::uint64_t> moved{0};
  start_pump(io, held, *pair.near, moved);
  for (auto _ : state) run_until_moved(io, moved, kRound);
  state.SetBytesProcessed(static_cast<std::int64_t>(moved));
  pair.near->reset();
  reads.join();
}
BENCHMARK(memory_to_tcp)
    ->ArgNames({"bytes", "peek"})
    ->ArgsProduct({{16 * 1024, 64 * 1024, 256 * 1024}, {0, 1}});

net::Task<void> write_for_ever(net::ByteStream& to, std::size_t size) {
  const base::Bytes block(size, 'x');
  while (co_await net::write_all(to, block)) {
  }
}

net::Task<void> read_for_ever(net::ByteStream& from, std::atomic<std::uint64_t>& moved) {
  while (co_await from.wait_readable()) {
    const auto held = from.peek();
    if (held.empty()) break;
    benchmark::DoNotOptimize(std::accumulate(held.begin(), held.end(), 0U));
    moved += held.size();
    from.consume(held.size());
  }
}

/// From one thread to another through a pipe with a bound of `range(0)` bytes, written 16 KiB at a time.
void pipe_between_threads(benchmark::State& state) {
  asio::io_context here{1};
  asio::io_context there{1};
  const auto guard = asio::make_work_guard(there);
  auto ends = net::cross_core_pipe(here.get_executor(), there.get_executor(),
                                   static_cast<std::size_t>(state.range(0)));
  std::atomic<std::uint64_t> moved{0};
  const auto ignore = [](const std::exception_ptr&) {};
  asio::co_spawn(there, [&] { return write_for_ever(*ends.b, 16 * 1024); }, ignore);
  asio::co_spawn(here, [&] { return read_for_ever(*ends.a, moved); }, ignore);
  std::thread thread([&] { there.run(); });
  for (auto _ : state) run_until_moved(here, moved, kRound);
  state.SetBytesProcessed(static_cast<std::int64_t>(moved));
  there.stop();
  thread.join();
}
BENCHMARK(pipe_between_threads)->UseRealTime()->RangeMultiplier(4)->Range(16 * 1024, 4 * 1024 * 1024);
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
