// How much one client may ask. HTTP and sessions have one limiter each: clients of one must not use up what
// clients of the other share.
#pragma once

#include <chrono>
#include <string_view>

#include "network/directory_server/large_answers.hpp"
#include "protocol/http/rate_limiter.hpp"

namespace qnet::directory {

struct RateLimits {
  static constexpr unsigned requests = 100;
  static constexpr std::chrono::seconds window{60};
  static constexpr std::size_t clients = 100'000;
  static constexpr std::string_view hint = "One address may ask 100 times a minute.";
};
static_assert(RateLimits::requests == 100 && RateLimits::window == std::chrono::minutes(1),
              "as the hint says");

/// Requests and large answers are counted for the same clients.
class RateLimiter : public http::RateLimiter {
 public:
  explicit RateLimiter(base::RandomSource& random)
      : http::RateLimiter(
            random, {RateLimits::requests, RateLimits::window, RateLimits::clients, RateLimits::hint}) {}

  [[nodiscard]] LargeAnswers& large_answers() { return *large_answers_; }

 private:
  std::shared_ptr<LargeAnswers> large_answers_ = std::make_shared<LargeAnswers>();
};

}  // namespace qnet::directory
