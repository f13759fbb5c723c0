// A first-in, first-out run of bytes in blocks, for bytes that are copied out again: growing moves nothing.
#pragma once

#include <list>

#include "foundation/base/bytes.hpp"

namespace qnet::base {

class ChunkQueue {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void push(ByteView bytes);
  /// Copies out and drops at most out.size() of the oldest bytes; returns how many.
  std::size_t read(MutableBytes out);

 private:
  /// Many small pushes share a block of this size.
  static constexpr std::size_t kSmallBlock = 1024;

  std::list<Bytes> blocks_;  // which takes no memory while it is empty
  std::size_t head_ = 0;     // of the first block
  std::size_t size_ = 0;
};

}  // namespace qnet::base
