#include "foundation/base/chunk_queue.hpp"

#include <string>

#include <gtest/gtest.h>

namespace qnet::base {
namespace {

std::string taken(ChunkQueue& queue, std::size_t most) {
  Bytes out(most);
  out.resize(queue.read(out));
  return std::string(text_of(out));
}

TEST(ChunkQueue, gives_bytes_in_their_order_in_pieces_of_any_size) {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    ChunkQueue queue;
    std::string all;
    std::string back;
    for (int i = 0; i < 300; ++i) {
      const std::string text(static_cast<std::size_t>(i * i % 1700), static_cast<char>('a' + i % 26));
      queue.push(bytes_of(text));
      all += text;
      back += taken(queue, piece * 31);
    }
    EXPECT_EQ(queue.size(), all.size() - back.size());
    while (!queue.empty()) back += taken(queue, piece * 31);
    EXPECT_EQ(back, all) << piece;
  }
}

TEST(ChunkQueue, is_empty_before_and_after) {
  ChunkQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(taken(queue, 10), "");
  queue.push({});
  EXPECT_TRUE(queue.empty());
  queue.push(bytes_of("abc"));
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(taken(queue, 2), "ab");
  EXPECT_EQ(taken(queue, 2), "c");
  EXPECT_TRUE(queue.empty());
}

TEST(ChunkQueue, takes_bytes_that_were_made_in_its_memory_in_order) {
  ChunkQueue queue;
  std::string all;
  std::size_t step = 0;
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, ChunkQueue::kLargeBlock / 2 - 1,
                                 ChunkQueue::kLargeBlock / 2, std::size_t{3}, ChunkQueue::kLargeBlock}) {
    const std::string text(size, static_cast<char>('a' + step++));
    queue.push(bytes_of("-"));
    const auto memory = ChunkQueue::prepare();
    ASSERT_GE(memory.size(), size);
    std::ranges::copy(text, memory.begin());
    queue.commit(size);
    all += "-" + text;
  }
  EXPECT_EQ(queue.size(), all.size());
  EXPECT_TRUE(taken(queue, all.size()) == all);
  EXPECT_TRUE(queue.empty());
}

TEST(ChunkQueue, keeps_two_queues_apart_that_use_the_same_memory) {
  ChunkQueue first;
  ChunkQueue second;
  for (int round = 0; round < 3; ++round) {
    std::ranges::fill(ChunkQueue::prepare(), std::uint8_t{'1'});
    first.commit(ChunkQueue::kLargeBlock);
    std::ranges::fill(ChunkQueue::prepare(), std::uint8_t{'2'});
    second.commit(ChunkQueue::kLargeBlock);
    EXPECT_TRUE(taken(first, ChunkQueue::kLargeBlock) == std::string(ChunkQueue::kLargeBlock, '1'));
    EXPECT_TRUE(taken(second, ChunkQueue::kLargeBlock) == std::string(ChunkQueue::kLargeBlock, '2'));
  }
}

TEST(ChunkQueue, uses_a_block_again_that_was_read_to_its_end) {
  ChunkQueue queue;
  (void)ChunkQueue::prepare();
  queue.commit(ChunkQueue::kLargeBlock);
  const auto* const first = ChunkQueue::prepare().data();
  Bytes out(ChunkQueue::kLargeBlock);
  for (int round = 0; round < 4; ++round) {
    ASSERT_EQ(queue.read(out), out.size());
    const auto* const memory = ChunkQueue::prepare().data();
    if (round % 2 == 0) {
      EXPECT_EQ(memory, first);
    }
    queue.commit(ChunkQueue::kLargeBlock);
  }
}

TEST(ChunkQueue, tells_the_memory_of_its_blocks) {
  ChunkQueue queue;
  EXPECT_EQ(queue.memory(), 0U);
  queue.push(Bytes(5000));
  (void)ChunkQueue::prepare();
  queue.commit(ChunkQueue::kLargeBlock / 2);
  EXPECT_EQ(queue.memory(), 5000 + ChunkQueue::kLargeBlock);
  (void)taken(queue, 5001);
  EXPECT_EQ(queue.memory(), ChunkQueue::kLargeBlock);
  (void)taken(queue, ChunkQueue::kLargeBlock);
  EXPECT_EQ(queue.memory(), 0U);
}

}  // namespace
}  // namespace qnet::base
