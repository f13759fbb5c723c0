// How many whole lists are on their way at once. All share one copy, but each needs bandwidth, and its client
// may be slow: StreamLimits::progress and the HTTP server's deadlines end those that make no progress.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace qnet::directory {

struct LargeAnswerLimits {
  static constexpr unsigned per_client = 4;
  static constexpr unsigned in_all = 1024;
};

/// For any thread: an answer begins on the service's io_context and ends on its connection's.
class LargeAnswers : public std::enable_shared_from_this<LargeAnswers> {
 public:
  /// A slot, to be held while the answer is on its way; null when there is none.
  [[nodiscard]] std::shared_ptr<const void> begin(std::uint64_t client);
  [[nodiscard]] unsigned under_way() const;

 private:
  void end(std::uint64_t client);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, unsigned> of_client_;
  unsigned in_all_ = 0;
};

}  // namespace qnet::directory
