#include "foundation/base/byte_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace qnet::base {

namespace {
// An idle stream must not pin memory, of which a relay has many thousands; a busy one must not allocate for
// each few bytes.
constexpr std::size_t kKeptCapacity = 256;
/// Below this a block grows as vectors do.
constexpr std::size_t kSmall = 4096;
/// No larger block is kept for the next queue.
constexpr std::size_t kLargestSpare = 512 * 1024;
/// Of a block, over what it is taken for. Each move costs, but what a queue pins is bounded by what it holds.
constexpr std::size_t kLargestGrowth = 4;

/// The block that a queue of this thread gave back. A busy stream's queue fills and runs empty all the time:
/// so it need not grow each time from nothing, which moves all bytes several times.
Bytes& spare() {
  thread_local Bytes block;
  return block;
}

/// An empty block for so many bytes, and for those that will soon follow.
Bytes block_for(std::size_t needed) {
  const auto largest = needed * kLargestGrowth;
  if (needed <= spare().capacity() && spare().capacity() <= largest) return std::exchange(spare(), {});
  Bytes block;
  block.reserve(std::max(2 * needed, std::min(largest, kLargestSpare / 2)));
  return block;
}

}  // namespace

void ByteQueue::push(ByteView bytes) {
  const auto needed = size() + bytes.size();
  if (needed > kSmall && needed > storage_.capacity()) {
    move_to(block_for(needed));
  } else if (storage_.size() + bytes.size() > storage_.capacity()) {
    storage_.erase(storage_.begin(), storage_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  append(storage_, bytes);
}

void ByteQueue::move_to(Bytes block) {
  block.assign(view().begin(), view().end());
  storage_ = std::move(block);
  head_ = 0;
}

void ByteQueue::pop(std::size_t count) {
  assert(count <= size());
  head_ += count;
  if (head_ == storage_.size()) clear();
}

std::size_t ByteQueue::read(MutableBytes out) {
  const auto count = std::min(out.size(), size());
  if (count > 0) std::memcpy(out.data(), storage_.data() + head_, count);
  pop(count);
  return count;
}

void ByteQueue::clear() {
  head_ = 0;
  storage_.clear();
  const auto capacity = storage_.capacity();
  if (capacity <= kKeptCapacity) return;
  auto block = std::exchange(storage_, {});
  if (capacity > spare().capacity() && capacity <= kLargestSpare) spare() = std::move(block);
}

}  // namespace qnet::base
