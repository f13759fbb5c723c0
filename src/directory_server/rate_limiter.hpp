// How many requests one asker may make, for one of the two ways to a directory: strangers on one must not use
// up what those on the other share. Knows askers by a keyed hash only, and forgets them after a minute.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>

#include "base/random.hpp"
#include "directory/limits.hpp"
#include "directory_server/large_answers.hpp"

namespace qnet::directory {

struct RateLimits {
  static constexpr unsigned requests = 100;
  static constexpr std::chrono::seconds window{60};
  /// Askers remembered at once. When there are more, all share one last account.
  static constexpr std::size_t askers = 100'000;
};

class RateLimiter {
 public:
  explicit RateLimiter(base::RandomSource& random);

  /// Of the address's client prefix.
  [[nodiscard]] std::uint64_t asker_at(const boost::asio::ip::address& address) const;
  /// Of a session, by what names it in this process.
  [[nodiscard]] std::uint64_t asker_of(const void* session) const;

  /// False when this asker has made its requests of this minute.
  [[nodiscard]] bool admit(std::uint64_t asker, SteadyTime now);
  [[nodiscard]] std::size_t askers() const { return counts_.size(); }
  /// Of the same askers.
  [[nodiscard]] LargeAnswers& large_answers() { return *large_answers_; }

 private:
  [[nodiscard]] std::uint64_t hashed(base::ByteView what) const;

  struct Count {
    SteadyTime since{};
    unsigned requests = 0;
  };
  std::array<std::uint8_t, 16> key_{};
  std::unordered_map<std::uint64_t, Count> counts_;
  SteadyTime swept_{};
  std::shared_ptr<LargeAnswers> large_answers_ = std::make_shared<LargeAnswers>();
};

}  // namespace qnet::directory
