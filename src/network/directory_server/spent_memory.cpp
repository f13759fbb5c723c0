#include "network/directory_server/spent_memory.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <utility>

namespace qnet::directory {

void SpentMemory::add(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ < SpentMemoryLimits::worth || std::exchange(timer_set_, true)) return;
  timer_.expires_after(SpentMemoryLimits::after);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;  // stopped: it stays set, so that no other is
    self->timer_set_ = false;
    self->bytes_ = 0;
    self->give_back_();
  });
}

void SpentMemory::give_back_freed() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace qnet::directory
