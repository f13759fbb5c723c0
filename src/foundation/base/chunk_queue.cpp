#include "foundation/base/chunk_queue.hpp"

#include <algorithm>

namespace qnet::base {

void ChunkQueue::push(ByteView bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (!blocks_.empty()) {
    auto& last = blocks_.back();
    const auto room = std::min(last.capacity() - last.size(), bytes.size());
    append(last, bytes.first(room));
    bytes = bytes.subspan(room);
    if (bytes.empty()) return;
  }
  auto& block = blocks_.emplace_back();
  block.reserve(std::max(bytes.size(), kSmallBlock));
  append(block, bytes);
}

std::size_t ChunkQueue::read(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && !blocks_.empty()) {
    const auto& first = blocks_.front();
    const auto count = std::min(out.size() - done, first.size() - head_);
    std::copy_n(first.begin() + static_cast<std::ptrdiff_t>(head_), count,
                out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
    head_ += count;
    if (head_ < first.size()) break;
    blocks_.pop_front();
    head_ = 0;
  }
  size_ -= done;
  return done;
}

}  // namespace qnet::base
