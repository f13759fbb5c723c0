// What this process does with memory that it has freed.
#pragma once

#include <cstddef>

namespace qnet::node {

struct HeapLimits {
  /// Free memory at the end of the heap that is not given back. By itself glibc gives back all above 128 KiB:
  /// two blocks of a queue (base::ChunkQueue). A busy stream then gives pages back and takes new ones for
  /// each of its blocks, which was a seventh of the CPU of a download over three hops.
  static constexpr std::size_t kept_free = std::size_t{4} * 1024 * 1024;
  /// Larger allocations are given back when they are freed, wherever they lie: lists of relays. Setting the
  /// bound above also ends glibc's own choice of this one, which would stay below the size of a queue's
  /// block.
  static constexpr std::size_t mapped_alone = std::size_t{1} * 1024 * 1024;
};

/// Once, before the first thread. Does nothing where the C library is not glibc.
void keep_some_freed_memory();

}  // namespace qnet::node
