#include "foundation/base/byte_queue.hpp"

#include <gtest/gtest.h>

namespace qnet::base {
namespace {

TEST(ByteQueue, gives_bytes_back_in_the_order_they_came) {
  ByteQueue queue;
  Bytes in;
  Bytes out;
  Bytes chunk(7);
  for (int round = 0; round < 5000; ++round) {
    const Bytes piece{static_cast<std::uint8_t>(round), static_cast<std::uint8_t>(round >> 8), 0x5a};
    append(in, piece);
    queue.push(piece);
    if (round % 3 == 2) {
      const auto count = queue.read(chunk);
      append(out, ByteView(chunk).first(count));
    }
  }
  append(out, queue.view());
  EXPECT_EQ(in, out);
}

TEST(ByteQueue, reads_no_more_than_it_holds) {
  ByteQueue queue;
  queue.push(Bytes{1, 2, 3});
  Bytes room(10);
  EXPECT_EQ(queue.read(room), 3U);
  EXPECT_EQ(queue.read(room), 0U);
  EXPECT_TRUE(queue.empty());
}

TEST(ByteQueue, keeps_its_bytes_when_it_takes_a_block_that_another_gave_back) {
  const Bytes large(100'000, std::uint8_t{7});
  ByteQueue first;
  first.push(large);
  const auto* const block = first.view().data();
  first.clear();

  ByteQueue second;
  second.push(Bytes{1, 2, 3});
  second.pop(1);
  second.push(Bytes(80'000, std::uint8_t{9}));
  EXPECT_EQ(second.view().data(), block) << "it grew from nothing again";
  EXPECT_EQ(second.size(), 80'002U);
  EXPECT_EQ(second.view()[0], 2);
  EXPECT_EQ(second.view()[1], 3);
  EXPECT_EQ(second.view()[2], 9);
  EXPECT_EQ(second.view().back(), 9);

  second.clear();
  ByteQueue small;
  small.push(Bytes(5'000, std::uint8_t{4}));
  EXPECT_NE(small.view().data(), block) << "a few bytes pin a large block";
  second.push(Bytes(90'000, std::uint8_t{9}));

  ByteQueue third;  // there is one block, and `second` has it
  third.push(large);
  EXPECT_NE(third.view().data(), block);
  EXPECT_EQ(second.view().back(), 9);
}

TEST(ByteQueue, tells_the_memory_that_it_pins_until_it_is_empty) {
  ByteQueue queue;
  EXPECT_EQ(queue.memory(), 0U);
  queue.push(Bytes(200'000));
  EXPECT_GE(queue.memory(), 200'000U);
  queue.pop(199'999);
  EXPECT_GE(queue.memory(), 200'000U);
  queue.pop(1);
  EXPECT_EQ(queue.memory(), 0U);
}

TEST(ByteQueue, pins_next_to_nothing_when_it_is_empty) {
  for (const std::size_t size : {1U, 200U, 1200U, 4000U, 5000U, 20'000U}) {
    ByteQueue queue;
    for (int n = 0; n < 3; ++n) {
      queue.push(Bytes(size));
      queue.pop(size);
      EXPECT_LE(queue.memory(), 256U) << size;
    }
  }
}

}  // namespace
}  // namespace qnet::base
