// Units that come over a stream in pieces: what has come of one that is not whole yet is kept, and stands in
// front of what comes next.
#pragma once

#include <algorithm>
#include <cstring>

#include "foundation/net/pump.hpp"

namespace qnet::net {

/// Holds no memory while nothing is kept.
class PartialInput {
 public:
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  [[nodiscard]] std::size_t size() const { return kept_.size(); }

  /// Reads at most `most` bytes behind what is kept, into thread_scratch(). As ByteStream::try_read().
  [[nodiscard]] base::Result<std::size_t> read(ByteStream& from, std::size_t most = kScratchSize) {
    const auto room = thread_scratch().subspan(kept_.size());
    if (!kept_.empty()) std::memcpy(thread_scratch().data(), kept_.data(), kept_.size());
    return from.try_read(room.first(std::min(room.size(), most)));
  }
  /// All that there is after a read() of so many bytes, until the next suspension.
  [[nodiscard]] base::MutableBytes with(std::size_t count) const {
    return thread_scratch().first(kept_.size() + count);
  }
  /// What is left of that, or of anything else, is kept instead of what was.
  void keep(base::ByteView rest) {
    if (rest.empty())
      base::Bytes().swap(kept_);
    else
      kept_.assign(rest.begin(), rest.end());
  }

 private:
  base::Bytes kept_;
};

}  // namespace qnet::net
