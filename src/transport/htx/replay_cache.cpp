#include "transport/htx/replay_cache.hpp"

#include <algorithm>

#include "foundation/crypto/hash.hpp"

namespace qnet::htx {

ReplayCache::ReplayCache(base::RandomSource& random, std::size_t capacity, std::chrono::seconds memory)
    : capacity_(capacity), memory_(memory) {
  random.fill(salt_);
}

ReplayCache::Key ReplayCache::key_of(const crypto::X25519Public& ephemeral) const {
  const auto digest = crypto::sha256({salt_, ephemeral});
  Key key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

bool ReplayCache::admit(const crypto::X25519Public& ephemeral, WallTime now) {
  const auto key = key_of(ephemeral);
  const std::scoped_lock lock(mutex_);
  // A generation lasts as long as a hello must be remembered, so a key lives for one to two of them. A clock
  // that was set back starts none: what is known stays known, and its time begins anew. It was ahead, so
  // nobody waits until it is there again.
  if (now < generation_start_) generation_start_ = now;
  if (now >= generation_start_ + memory_) {
    const bool previous_still_counts = now < generation_start_ + 2 * memory_;
    older_ = previous_still_counts ? std::move(recent_) : decltype(recent_){};
    recent_ = {};
    generation_start_ = now;
  }
  if (recent_.contains(key) || older_.contains(key) || recent_.size() >= capacity_) return false;
  recent_.insert(key);
  return true;
}

std::size_t ReplayCache::size() const {
  const std::scoped_lock lock(mutex_);
  return recent_.size() + older_.size();
}

}  // namespace qnet::htx
