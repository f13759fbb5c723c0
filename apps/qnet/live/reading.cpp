#include "live/reading.hpp"

#include <algorithm>
#include <cstdio>

namespace qnet::cli {

namespace {

const boost::json::value* value_in(const Json& object, std::string_view key) {
  return object.if_contains(key);
}

}  // namespace

std::string text_in(const Json& object, std::string_view key) {
  const auto* const value = value_in(object, key);
  const auto* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(*text);
}

std::uint64_t count_in(const Json& object, std::string_view key) {
  const auto* const value = value_in(object, key);
  if (value == nullptr) return 0;
  if (const auto* const number = value->if_uint64()) return *number;
  const auto* const number = value->if_int64();
  return number == nullptr || *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
}

std::optional<double> number_in(const Json& object, std::string_view key) {
  const auto* const value = value_in(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool truth_in(const Json& object, std::string_view key) {
  const auto* const value = value_in(object, key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const Json* object_in(const Json& object, std::string_view key) {
  const auto* const value = value_in(object, key);
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array& list_in(const Json& object, std::string_view key) {
  static const boost::json::array nothing;
  const auto* const value = value_in(object, key);
  const auto* const list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? nothing : *list;
}

std::optional<std::chrono::sys_seconds> time_of(const std::string& text) {
  using namespace std::chrono;
  int y = 0, hours_part = 0, minutes_part = 0, seconds_part = 0;
  unsigned m = 0, d = 0;
  char z = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%c", &y, &m, &d, &hours_part,
                               &minutes_part, &seconds_part, &z);
  const year_month_day date{year(y), month(m), day(d)};
  if (read != 7 || z != 'Z' || !date.ok()) return std::nullopt;
  return sys_days(date) + hours(hours_part) + minutes(minutes_part) + seconds(seconds_part);
}

std::optional<std::chrono::seconds> since_in(const Json& object, std::string_view key,
                                             std::chrono::system_clock::time_point now) {
  const auto time = time_of(text_in(object, key));
  if (!time) return std::nullopt;
  return std::max(std::chrono::seconds(0), std::chrono::floor<std::chrono::seconds>(now - *time));
}

}  // namespace qnet::cli
