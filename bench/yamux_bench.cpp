// What a byte costs on its way through two yamux ends: send, frame, parse, buffer, read. Compare with a
// memcpy of the same block (`copy`), of which yamux makes four: into the queue, the record, the reader's
// buffer, out to the reader.
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

#include "foundation/base/bytes.hpp"
#include "protocol/mux/yamux.hpp"

namespace {

// NOLINTBEGIN(clang-analyzer-deadcode.DeadStores): `auto _` is Google Benchmark's way to count rounds
using namespace qnet;  // NOLINT(google-build-using-namespace)

constexpr mux::Yamux::Time kNow{std::chrono::hours(1)};

struct Ends {
  /// Moves what was sent in either direction.
  void exchange() {
    move(left, right);
    move(right, left);
    while (left.next_event()) {
    }
    while (right.next_event()) {
    }
  }

  void move(mux::Yamux& from, mux::Yamux& to) {
    while (const auto size = from.pull(record)) (void)to.receive(base::ByteView(record).first(size), kNow);
  }

  base::Bytes record = base::Bytes(16'383);  // the data of one
  mux::Yamux left{mux::Role::initiator, {}};
  mux::Yamux right{mux::Role::responder, {}};
};

/// `range(0)` bytes at a time on each of `range(1)` streams in turn, read at once.
void transfer(benchmark::State& state) {
  const base::Bytes text(static_cast<std::size_t>(state.range(0)), 'x');
  base::Bytes out(text.size());
  Ends ends;
  std::vector<mux::StreamId> streams(static_cast<std::size_t>(state.range(1)));
  for (auto& stream : streams) stream = *ends.left.open();
  std::size_t turn = 0;
  for (auto _ : state) {
    const auto stream = streams[turn++ % streams.size()];
    if (ends.left.send(stream, text) != text.size()) state.SkipWithError("the window is empty");
    ends.exchange();
    if (ends.right.read(stream, out) != text.size()) state.SkipWithError("bytes were lost");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(transfer)->Args({64, 1})->Args({1350, 1})->Args({16384, 1})->Args({65536, 1})->Args({16384, 500});

/// A reader that keeps `range(0)` bytes waiting: what a full buffer costs.
void transfer_behind_a_full_buffer(benchmark::State& state) {
  const base::Bytes text(16384, 'x');
  base::Bytes out(text.size());
  Ends ends;
  const auto stream = *ends.left.open();
  const auto waiting = static_cast<std::size_t>(state.range(0));
  // A clock that stands still looks like a path that is never full, so the window grows as far as it can.
  while (ends.left.send_window(stream) < 2 * waiting) {
    ends.left.send(stream, text);
    ends.exchange();
    ends.right.read(stream, out);
    ends.exchange();
  }
  ends.left.send(stream, base::Bytes(waiting));
  for (auto _ : state) {
    if (ends.left.send(stream, text) != text.size()) state.SkipWithError("the window is empty");
    ends.exchange();
    if (ends.right.read(stream, out) != text.size()) state.SkipWithError("bytes were lost");
    ends.exchange();
  }
  state.SetBytesProcessed(state.iterations() * std::ssize(text));
}
BENCHMARK(transfer_behind_a_full_buffer)->Arg(64 * 1024)->Arg(4 * 1024 * 1024);

void open_and_finish(benchmark::State& state) {
  const base::Bytes text(64, 'x');
  Ends ends;
  for (auto _ : state) {
    const auto stream = *ends.left.open();
    ends.left.send(stream, text);
    ends.left.finish(stream);
    ends.exchange();
    ends.right.consume(stream, text.size());
    ends.right.finish(stream);
    ends.exchange();
  }
}
BENCHMARK(open_and_finish);

void copy(benchmark::State& state) {
  const base::Bytes text(static_cast<std::size_t>(state.range(0)), 'x');
  base::Bytes out(text.size());
  for (auto _ : state) {
    std::memcpy(out.data(), text.data(), text.size());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(copy)->Arg(1350)->Arg(16384)->Arg(65536);
// NOLINTEND(clang-analyzer-deadcode.DeadStores)

}  // namespace
