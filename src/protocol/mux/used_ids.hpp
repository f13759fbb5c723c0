// Which of the peer's stream numbers have been used. They need not come in order, because an implementation
// may number a stream before it sends the first frame, but none may come twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "protocol/mux/frame.hpp"

namespace qnet::mux {

class UsedIds {
 public:
  /// Numbers go up in steps of two from `first`. Remembers at most `max_gaps` runs of unused numbers.
  UsedIds(StreamId first, std::size_t max_gaps) : next_(first), max_gaps_(max_gaps) {}

  /// `id` has the parity of `first`.
  [[nodiscard]] bool contains(StreamId id) const { return id < next_ && find_gap(id) == gaps_.end(); }

  /// False when `id` was used before, or when more gaps would have to be remembered than allowed.
  [[nodiscard]] bool insert(StreamId id);

 private:
  using Gaps = std::map<StreamId, StreamId>;  // first to last

  [[nodiscard]] Gaps::const_iterator find_gap(StreamId id) const;

  std::uint64_t next_;  // above every number used; the last one has no successor of 32 bits
  std::size_t max_gaps_;
  Gaps gaps_;
};

}  // namespace qnet::mux
