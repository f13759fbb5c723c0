// A first-in, first-out run of bytes in blocks, for bytes that are copied out again: growing moves nothing.
#pragma once

#include <list>
#include <memory>

#include "foundation/base/bytes.hpp"

namespace qnet::base {

class ChunkQueue {
 public:
  /// Of memory that prepare() gives at most.
  static constexpr std::size_t kLargeBlock = 256 * 1024;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// What the blocks take, used or not.
  [[nodiscard]] std::size_t memory() const { return memory_; }

  void push(ByteView bytes);

  /// Memory in which the next bytes can be made instead of pushed, so that they are not copied. It is the
  /// thread's: valid until the next call of prepare(), commit() or push() of any queue.
  [[nodiscard]] static MutableBytes prepare();
  /// Appends the first `count` bytes of it.
  void commit(std::size_t count);

  /// Copies out and drops at most out.size() of the oldest bytes; returns how many.
  std::size_t read(MutableBytes out);

 private:
  /// Many small pushes share a block of this size.
  static constexpr std::size_t kSmallBlock = 1024;

  struct Block {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t capacity = 0;
    std::size_t size = 0;

    [[nodiscard]] static Block of(std::size_t capacity);
    /// Copies what fits; how much that was.
    std::size_t fill(ByteView bytes);
  };
  void add(Block block);

  /// Large blocks of this thread that no queue uses. A busy queue needs the same ones again and again.
  struct Spare;
  static Spare& spare();

  std::list<Block> blocks_;  // which takes no memory while it is empty
  std::size_t head_ = 0;     // of the first block
  std::size_t size_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace qnet::base
