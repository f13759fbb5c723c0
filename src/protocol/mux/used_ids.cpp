#include "protocol/mux/used_ids.hpp"

#include <iterator>

namespace qnet::mux {

UsedIds::Gaps::const_iterator UsedIds::find_gap(StreamId id) const {
  const auto after = gaps_.upper_bound(id);
  if (after == gaps_.begin()) return gaps_.end();
  const auto gap = std::prev(after);
  return id <= gap->second ? gap : gaps_.end();
}

bool UsedIds::insert(StreamId id) {
  if (id >= next_) {
    if (id > next_) {
      if (gaps_.size() >= max_gaps_) return false;
      gaps_.emplace(static_cast<StreamId>(next_), id - 2);
    }
    next_ = std::uint64_t{id} + 2;
    return true;
  }
  const auto gap = find_gap(id);
  if (gap == gaps_.end()) return false;
  const auto [first, last] = *gap;
  const bool splits = first < id && id < last;
  if (splits && gaps_.size() >= max_gaps_) return false;
  gaps_.erase(gap);
  if (first < id) gaps_.emplace(first, id - 2);
  if (id < last) gaps_.emplace(id + 2, last);
  return true;
}

}  // namespace qnet::mux
