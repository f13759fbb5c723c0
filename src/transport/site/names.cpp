#include "transport/site/names.hpp"

#include <array>
#include <string_view>

#include "foundation/crypto/hash.hpp"

namespace qnet::site {

namespace {

// Words of ordinary sites' addresses. Their order is part of the specification.
constexpr std::array<std::string_view, 16> kFirst = {"api",    "app",  "rest",   "svc",     "v1",   "v2",
                                                     "ajax",   "data", "live",   "site",    "user", "account",
                                                     "portal", "web",  "client", "services"};
constexpr std::array<std::string_view, 32> kMiddle = {
    "media",  "news",    "photos", "files",   "messages", "search",  "events",   "orders",
    "stats",  "library", "notes",  "albums",  "feeds",    "tasks",   "maps",     "shop",
    "videos", "profile", "blog",   "forum",   "team",     "docs",    "mail",     "calendar",
    "games",  "music",   "travel", "reports", "backup",   "gallery", "contacts", "projects"};
constexpr std::array<std::string_view, 16> kLast = {
    "sync",   "stream", "update", "push", "poll",    "queue",   "upload", "batch",
    "import", "watch",  "notify", "feed", "refresh", "changes", "submit", "track"};
constexpr std::array<std::string_view, 8> kCookies = {"session",  "sid",  "auth", "token",
                                                      "remember", "user", "csrf", "visit"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& from, std::uint8_t byte) {
  return from[byte % N];
}

char letter(std::uint8_t byte) { return static_cast<char>('a' + byte % 26); }

}  // namespace

Names names_of(const crypto::X25519Public& relay_static) {
  const auto key = crypto::hkdf_extract(base::bytes_of("qnet-site/1"), relay_static);
  std::array<std::uint8_t, 9> bytes{};
  crypto::hkdf_expand(key.view(), base::bytes_of("names"), bytes);
  Names names;
  names.path.append("/").append(pick(kFirst, bytes[0])).append("/").append(pick(kMiddle, bytes[1]));
  names.path.append("/").append(pick(kMiddle, bytes[2])).append("-").append(pick(kLast, bytes[3]));
  names.cookie.append(pick(kCookies, bytes[4])).append("_");
  for (const auto byte : {bytes[5], bytes[6], bytes[7], bytes[8]}) names.cookie.push_back(letter(byte));
  return names;
}

}  // namespace qnet::site
