// How many requests one client may make within a window of time. Knows clients by a keyed hash only, and
// forgets them after the window. No I/O.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>

#include "foundation/base/random.hpp"

namespace qnet::http {

struct RateLimit {
  unsigned requests;  ///< of one client in a window, which begins with the first of them
  std::chrono::seconds window;
  std::size_t clients;    ///< remembered at once; when there are more, those share one last account
  std::string_view hint;  ///< tells a refused client of the limit; a literal
};

class RateLimiter {
 public:
  using Client = std::uint64_t;
  using TimePoint = std::chrono::steady_clock::time_point;

  RateLimiter(base::RandomSource& random, const RateLimit& limit);

  /// All addresses of one client prefix are one client.
  [[nodiscard]] Client client_at(const boost::asio::ip::address& address) const;
  /// Of a connection whose remote address is not known, by what names it in this process.
  [[nodiscard]] Client client_of(const void* connection) const;

  /// Counts a request. False when this client has made its requests of this window.
  [[nodiscard]] bool admit(Client client, TimePoint now);
  [[nodiscard]] std::size_t clients() const { return counts_.size(); }
  [[nodiscard]] const RateLimit& limit() const { return limit_; }

 private:
  [[nodiscard]] Client hashed(base::ByteView what) const;

  struct Count {
    TimePoint since{};
    unsigned requests = 0;
  };
  RateLimit limit_;
  std::array<std::uint8_t, 16> key_{};
  std::unordered_map<Client, Count> counts_;
  TimePoint swept_{};
};

}  // namespace qnet::http
