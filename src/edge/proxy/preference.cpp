#include "edge/proxy/preference.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "edge/proxy/error.hpp"

namespace qnet::proxy {

namespace {

constexpr std::string_view kHops = "hops=";
constexpr std::string_view kCountry = "country=";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool begins_with(std::string_view item, std::string_view key) {
  return item.size() >= key.size() &&
         std::ranges::equal(item.substr(0, key.size()), key, [](char a, char b) { return lower(a) == b; });
}

bool is_wish(std::string_view item) { return begins_with(item, kHops) || begins_with(item, kCountry); }

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

/// "hop=3", "hops%3D3" or "country: SE": meant as a wish, and not written as one.
bool looks_like_a_wish(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_letter_or_digit(text[at - 1])) continue;
    for (const std::string_view word : {"hops", "hop", "country", "countries"}) {
      if (!begins_with(text.substr(at), word)) continue;
      auto rest = text.substr(at + word.size());
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      if (rest.starts_with('=') || rest.starts_with(':') || begins_with(rest, "%3d")) return true;
    }
  }
  return false;
}

/// "SE", or nothing when these are not two letters.
std::optional<std::string> country_in(std::string_view text) {
  std::string country(text);
  std::ranges::transform(country, country.begin(), upper);
  const bool letters = std::ranges::all_of(country, [](char c) { return c >= 'A' && c <= 'Z'; });
  return country.size() == 2 && letters ? std::optional(country) : std::nullopt;
}

bool take_wish(std::string_view item, Preference& to) {
  if (begins_with(item, kHops)) {
    const auto value = item.substr(kHops.size());
    if (to.hops || value.size() != 1 || value[0] < '1' ||
        value[0] > static_cast<char>('0' + PreferenceLimits::most_hops))
      return false;
    to.hops = static_cast<unsigned>(value[0] - '0');
    return true;
  }
  if (!begins_with(item, kCountry) || to.countries.size() == PreferenceLimits::countries) return false;
  auto country = country_in(item.substr(kCountry.size()));
  if (country) to.countries.push_back(std::move(*country));
  return country.has_value();
}

}  // namespace

UserName split_user_name(std::string_view user) {
  for (std::size_t at = 0; at <= user.size();) {
    const auto end = std::min(user.find(',', at), user.size());
    if (is_wish(user.substr(at, end - at))) return {user.substr(0, at == 0 ? 0 : at - 1), user.substr(at)};
    at = end + 1;
  }
  return {user, {}};
}

base::Result<Preference> preference_of(std::string_view user, std::string_view password) {
  Preference preference;
  preference.isolation = fmt::format("{}:{}:{}", user.size(), user, password);
  const auto [name, wishes] = split_user_name(user);
  if (looks_like_a_wish(name)) return base::fail(Errc::bad_preference);
  for (std::size_t at = 0; !wishes.empty() && at <= wishes.size();) {
    const auto end = std::min(wishes.find(',', at), wishes.size());
    const auto item = wishes.substr(at, end - at);
    if (!take_wish(item, preference)) return base::fail(Errc::bad_preference);
    at = end + 1;
  }
  return preference;
}

}  // namespace qnet::proxy
