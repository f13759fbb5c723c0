// How many whole lists are on their way at once. Each is one shared copy, but its bytes take the line, and
// its client may take them slowly: StreamLimits::progress and the HTTP server's deadlines end those that
// stand still.
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

/// Any thread: an answer is begun where the service lives and ends where its connection does.
class LargeAnswers : public std::enable_shared_from_this<LargeAnswers> {
 public:
  /// For as long as the answer is on its way; null when there are enough.
  [[nodiscard]] std::shared_ptr<const void> begin(std::uint64_t client);
  [[nodiscard]] unsigned under_way() const;

 private:
  void end(std::uint64_t client);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, unsigned> of_client_;
  unsigned in_all_ = 0;
};

}  // namespace qnet::directory
