#include "foundation/base/byte_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace qnet::base {

namespace {
// An idle stream must not pin a large block; a busy one must not allocate for each read.
constexpr std::size_t kKeptCapacity = 4096;
}  // namespace

void ByteQueue::push(ByteView bytes) {
  if (head_ > 0 && storage_.size() + bytes.size() > storage_.capacity()) {
    storage_.erase(storage_.begin(), storage_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  append(storage_, bytes);
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
  if (storage_.capacity() > kKeptCapacity) {
    Bytes().swap(storage_);
  } else {
    storage_.clear();
  }
}

}  // namespace qnet::base
