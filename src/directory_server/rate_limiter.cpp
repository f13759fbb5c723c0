#include "directory_server/rate_limiter.hpp"

#include <cstring>

#include "base/endian.hpp"
#include "crypto/hash.hpp"
#include "ip/asio_address.hpp"
#include "ip/client_prefix.hpp"

namespace qnet::directory {

namespace {
constexpr std::uint64_t kEverybodyElse = 0;
}  // namespace

RateLimiter::RateLimiter(base::RandomSource& random) { random.fill(key_); }

std::uint64_t RateLimiter::hashed(base::ByteView what) const {
  const auto digest = crypto::sha256({key_, what});
  return base::load_be<std::uint64_t>(digest.data()) | 1U;  // never kEverybodyElse
}

std::uint64_t RateLimiter::asker_at(const boost::asio::ip::address& address) const {
  std::array<std::uint8_t, sizeof(ip::ClientPrefix)> bytes{};
  base::store_be(bytes.data(), static_cast<std::uint64_t>(ip::client_prefix(ip::from_asio(address))));
  return hashed(bytes);
}

std::uint64_t RateLimiter::asker_of(const void* session) const {
  std::array<std::uint8_t, sizeof session> bytes{};
  std::memcpy(bytes.data(), &session, sizeof session);
  return hashed(bytes);
}

bool RateLimiter::admit(std::uint64_t asker, SteadyTime now) {
  if (now - swept_ >= RateLimits::window) {
    std::erase_if(counts_, [now](const auto& one) { return now - one.second.since >= RateLimits::window; });
    swept_ = now;
  }
  if (counts_.size() >= RateLimits::askers && !counts_.contains(asker)) asker = kEverybodyElse;
  auto& count = counts_[asker];
  if (now - count.since >= RateLimits::window) count = {now, 0};
  return ++count.requests <= RateLimits::requests;
}

}  // namespace qnet::directory
