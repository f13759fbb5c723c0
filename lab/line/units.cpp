#include "line/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace qnet::line {

namespace {

using base::Result;

struct Unit {
  std::string_view name;
  double factor;
};

// To nanoseconds, to bits a second, to bytes.
constexpr std::array kTimes{Unit{"us", 1e3}, Unit{"ms", 1e6}, Unit{"s", 1e9}};
constexpr std::array kRates{Unit{"bit", 1},    Unit{"kbit", 1e3}, Unit{"mbit", 1e6},
                            Unit{"gbit", 1e9}, Unit{"kB", 8e3},   Unit{"MB", 8e6}};
constexpr std::array kSizes{Unit{"B", 1}, Unit{"kB", 1e3}, Unit{"MB", 1e6}};
constexpr std::array kShares{Unit{"%", 0.01}, Unit{"", 1}};
constexpr std::array kPlain{Unit{"", 1}};

tl::unexpected<base::Error> not_understood(std::string_view text, std::string_view example) {
  return base::fail(Errc::bad_value, fmt::format("\"{}\" is not of the form {}", text, example));
}

Result<double> parse(std::string_view text, std::span<const Unit> units, double most, std::string_view form) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return not_understood(text, form);
  const auto name = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return not_understood(text, form);
  const auto value = number * unit->factor;
  if (value > most) return base::fail(Errc::bad_value, fmt::format("\"{}\" is too much", text));
  return value;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr double hour = 3600e9;
  return parse(text, kTimes, hour, "75ms, 300us or 1.5s").map([](double value) {
    return Duration(std::llround(value));
  });
}

Result<std::uint64_t> parse_rate(std::string_view text) {
  constexpr double terabit = 1e12;
  auto rate = parse(text, kRates, terabit, "100mbit, 512kbit or 250kB");
  if (!rate) return base::forward_error(rate);
  if (*rate < 1) return base::fail(Errc::bad_value, "a rate has one bit a second at least");
  return static_cast<std::uint64_t>(*rate);
}

Result<double> parse_share(std::string_view text) { return parse(text, kShares, 1, "0.5% or 0.005"); }

Result<double> parse_number(std::string_view text) { return parse(text, kPlain, 1e6, "3 or 2.5"); }

Result<void> parse_queue(std::string_view text, Settings& settings) {
  if (const auto time = parse(text, kTimes, 3600e9, "")) {
    settings.queue_bytes = 0;
    settings.queue_time = Duration(std::llround(*time));
    return {};
  }
  const auto bytes = parse(text, kSizes, 1e9, "");
  if (!bytes || *bytes < 1) return not_understood(text, "50ms or 256kB");
  settings.queue_bytes = static_cast<std::size_t>(*bytes);
  return {};
}

}  // namespace qnet::line
