#include "node/heap.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace qnet::node {

void keep_some_freed_memory() {
#ifdef __GLIBC__
  // A refusal leaves glibc's own choice: slower, and otherwise the same.
  (void)::mallopt(M_MMAP_THRESHOLD, static_cast<int>(HeapLimits::mapped_alone));
  (void)::mallopt(M_TRIM_THRESHOLD, static_cast<int>(HeapLimits::kept_free));
#endif
}

}  // namespace qnet::node
