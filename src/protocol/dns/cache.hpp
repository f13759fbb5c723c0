#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "foundation/ip/ip_address.hpp"

namespace qnet::dns {

/// What the DNS said lately, for as long as it said and at most a minute. Bounded: a stranger can push
/// entries out, but not make it grow.
class Cache {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Cache(std::size_t capacity) : capacity_(capacity) {}

  /// Valid until the next call of put(); null when nothing is known that is still true.
  [[nodiscard]] const std::vector<ip::IpAddress>* find(const std::string& name, Clock::time_point now) const;
  void put(std::string name, std::vector<ip::IpAddress> addresses, std::chrono::seconds ttl,
           Clock::time_point now);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::vector<ip::IpAddress> addresses;
    Clock::time_point expiry;
  };

  void make_room(Clock::time_point now);

  std::size_t capacity_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace qnet::dns
