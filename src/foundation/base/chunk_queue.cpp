#include "foundation/base/chunk_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace qnet::base {

namespace {
/// A block with less in it than this is not worth its size: its bytes are copied into one that fits.
constexpr std::size_t kWorthABlock = ChunkQueue::kLargeBlock / 2;
}  // namespace

struct ChunkQueue::Spare {
  Block next;      // whose memory prepare() gives
  Block returned;  // and one that a queue has read to its end
};

ChunkQueue::Spare& ChunkQueue::spare() {
  thread_local Spare blocks;
  return blocks;
}

ChunkQueue::Block ChunkQueue::Block::of(std::size_t capacity) {
  return {std::make_unique_for_overwrite<std::uint8_t[]>(capacity), capacity, 0};
}

std::size_t ChunkQueue::Block::fill(ByteView bytes) {
  const auto count = std::min(capacity - size, bytes.size());
  if (count > 0) std::memcpy(memory.get() + size, bytes.data(), count);
  size += count;
  return count;
}

void ChunkQueue::push(ByteView bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (!blocks_.empty()) bytes = bytes.subspan(blocks_.back().fill(bytes));
  if (bytes.empty()) return;
  add(Block::of(std::max(bytes.size(), kSmallBlock)));
  blocks_.back().fill(bytes);
}

MutableBytes ChunkQueue::prepare() {
  auto& [next, returned] = spare();
  if (next.memory == nullptr) next = std::exchange(returned, {});
  if (next.memory == nullptr) next = Block::of(kLargeBlock);
  return {next.memory.get(), next.capacity};
}

void ChunkQueue::commit(std::size_t count) {
  auto& next = spare().next;
  assert(count <= next.capacity);
  if (count < kWorthABlock) return push({next.memory.get(), count});
  next.size = count;
  size_ += count;
  add(std::exchange(next, {}));
}

void ChunkQueue::add(Block block) {
  memory_ += block.capacity;
  blocks_.push_back(std::move(block));
}

std::size_t ChunkQueue::read(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && !blocks_.empty()) {
    auto& first = blocks_.front();
    const auto count = std::min(out.size() - done, first.size - head_);
    std::memcpy(out.data() + done, first.memory.get() + head_, count);
    done += count;
    head_ += count;
    if (head_ < first.size) break;
    memory_ -= first.capacity;
    if (first.capacity == kLargeBlock) {
      first.size = 0;
      spare().returned = std::move(first);
    }
    blocks_.pop_front();
    head_ = 0;
  }
  size_ -= done;
  return done;
}

}  // namespace qnet::base
