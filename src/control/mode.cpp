#include "control/mode.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <boost/json.hpp>

namespace qnet::control {

namespace {
constexpr std::size_t kFast = 1;
constexpr std::size_t kPrivate = 3;

/// Empty for any other text.
boost::json::object object_in(std::string_view json) {
  boost::system::error_code error;
  auto value = boost::json::parse(json, error);
  auto* const object = error ? nullptr : value.if_object();
  return object == nullptr ? boost::json::object() : std::move(*object);
}
}  // namespace

std::string mode_text(std::size_t hops) {
  return hops == kFast ? "1 hop (fast mode)" : fmt::format("{} hops (private mode)", hops);
}

std::string mode_json(std::size_t hops) {
  return boost::json::serialize(boost::json::object{{"hops", hops}});
}

std::optional<std::size_t> hops_in(std::string_view json) {
  const auto object = object_in(json);
  if (object.size() != 1) return std::nullopt;
  const auto* const hops = object.if_contains("hops");
  const auto* const number = hops == nullptr ? nullptr : hops->if_int64();
  if (number == nullptr || *number < 1) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

std::string reason_in(std::string_view json) {
  const auto object = object_in(json);
  std::string text;
  for (const auto* const key : {"error", "hint"}) {
    const auto* const part = object.if_contains(key);
    const auto* const words = part == nullptr ? nullptr : part->if_string();
    if (words == nullptr || words->empty()) continue;
    if (!text.empty()) text += ' ';
    text += std::string_view(*words);
  }
  return text.empty() ? "it does not say why" : text;
}

std::optional<std::size_t> hops_named(std::string_view word) {
  if (word == "fast") return kFast;
  if (word == "private") return kPrivate;
  std::size_t hops = 0;
  const auto* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, hops);
  if (error != std::errc() || stop != end || hops == 0) return std::nullopt;
  return hops;
}

}  // namespace qnet::control
