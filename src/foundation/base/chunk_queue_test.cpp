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

}  // namespace
}  // namespace qnet::base
