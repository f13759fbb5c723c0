// What a pipe holds when it is empty: counted by the operators of this program.
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "foundation/net/cross_core_pipe.hpp"

namespace {
std::atomic<std::size_t> g_live{0};
}

void* operator new(std::size_t size) {
  void* const block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  g_live += ::malloc_usable_size(block);
  return block;
}
void operator delete(void* block) noexcept {
  if (block != nullptr) g_live -= ::malloc_usable_size(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace qnet::net {
namespace {

TEST(PipeMemory, of_an_empty_pipe_has_no_buffer_also_after_use) {
  boost::asio::io_context io;
  const auto before = g_live.load();
  auto ends = cross_core_pipe(io.get_executor(), io.get_executor());
  const auto empty = g_live.load();
  EXPECT_LT(empty - before, 2048U);
  {
    base::Bytes bytes(kPipeBound, 'x');
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(ends.a->try_write(bytes), kPipeBound);
      EXPECT_EQ(ends.b->try_write(bytes), kPipeBound);
      EXPECT_GE(g_live.load() - empty, 2 * kPipeBound);
      EXPECT_EQ(ends.b->try_read(bytes), kPipeBound);
      ends.a->consume(ends.a->peek().size());
      EXPECT_LE(g_live.load() - empty, 4096U + ::malloc_usable_size(bytes.data()));
    }
  }
  EXPECT_EQ(g_live.load(), empty);
}

TEST(PipeMemory, is_at_most_two_and_a_half_times_the_bound_for_each_direction) {
  boost::asio::io_context io;
  auto ends = cross_core_pipe(io.get_executor(), io.get_executor());
  const auto empty = g_live.load();
  std::size_t most = 0;
  const base::Bytes bytes(60'000, 'x');
  base::Bytes room(50'000);
  const auto ours = g_live.load() - empty;
  for (int round = 0; round < 1000; ++round) {
    (void)ends.a->try_write(bytes);
    (void)ends.b->try_read(room);
    most = std::max(most, g_live.load() - empty - ours);
  }
  EXPECT_GT(most, kPipeBound / 2);
  EXPECT_LE(most, kPipeBound * 5 / 2 + 4096);
}

TEST(PipeMemory, of_bytes_that_were_dropped_by_a_reset_is_given_back) {
  boost::asio::io_context io;
  auto ends = cross_core_pipe(io.get_executor(), io.get_executor());
  const auto empty = g_live.load();
  {
    const base::Bytes bytes(kPipeBound, 'x');
    EXPECT_TRUE(ends.a->try_write(bytes));
    EXPECT_TRUE(ends.b->try_write(bytes));
    ends.a->reset();
  }
  EXPECT_EQ(g_live.load(), empty);
}

}  // namespace
}  // namespace qnet::net
