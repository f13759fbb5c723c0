// A first-in, first-out run of bytes in one block of memory, given back when the queue runs empty.
#pragma once

#include "foundation/base/bytes.hpp"

namespace qnet::base {

class ByteQueue {
 public:
  [[nodiscard]] std::size_t size() const { return storage_.size() - head_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// What the block takes, used or not: more than size(), as it grows ahead and shrinks only when it is
  /// empty.
  [[nodiscard]] std::size_t memory() const { return storage_.capacity(); }

  /// The oldest bytes, all of them; valid until the next call that changes the queue.
  [[nodiscard]] ByteView view() const { return ByteView(storage_).subspan(head_); }

  void push(ByteView bytes);

  /// Drops the oldest `count` bytes; count <= size().
  void pop(std::size_t count);

  /// Copies out and drops at most out.size() of the oldest bytes; returns how many.
  std::size_t read(MutableBytes out);

  void clear();

 private:
  void move_to(Bytes block);

  Bytes storage_;
  std::size_t head_ = 0;
};

}  // namespace qnet::base
