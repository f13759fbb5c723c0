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

}  // namespace
}  // namespace qnet::base
