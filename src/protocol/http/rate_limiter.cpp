#include "protocol/http/rate_limiter.hpp"

#include <cstring>

#include "foundation/base/endian.hpp"
#include "foundation/crypto/hash.hpp"
#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/client_prefix.hpp"

namespace qnet::http {

namespace {
constexpr RateLimiter::Client kEverybodyElse = 0;
}  // namespace

RateLimiter::RateLimiter(base::RandomSource& random, const RateLimit& limit) : limit_(limit) {
  random.fill(key_);
}

RateLimiter::Client RateLimiter::hashed(base::ByteView what) const {
  const auto digest = crypto::sha256({key_, what});
  return base::load_be<std::uint64_t>(digest.data()) | 1U;  // never kEverybodyElse
}

RateLimiter::Client RateLimiter::client_at(const boost::asio::ip::address& address) const {
  std::array<std::uint8_t, sizeof(ip::ClientPrefix)> prefix{};
  base::store_be(prefix.data(), static_cast<std::uint64_t>(ip::client_prefix(ip::from_asio(address))));
  return hashed(prefix);
}

RateLimiter::Client RateLimiter::client_of(const void* connection) const {
  std::array<std::uint8_t, sizeof connection> bytes{};
  std::memcpy(bytes.data(), &connection, sizeof connection);
  return hashed(bytes);
}

bool RateLimiter::admit(Client client, TimePoint now) {
  if (now - swept_ >= limit_.window) {
    std::erase_if(counts_, [&](const auto& one) { return now - one.second.since >= limit_.window; });
    swept_ = now;
  }
  if (counts_.size() >= limit_.clients && !counts_.contains(client)) client = kEverybodyElse;
  auto& count = counts_[client];
  if (now - count.since >= limit_.window) count = {now, 0};
  return ++count.requests <= limit_.requests;
}

}  // namespace qnet::http
