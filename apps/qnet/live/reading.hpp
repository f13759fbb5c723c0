// Reads the API's JSON. What is not there, or is something else than it should be, counts as nothing: the
// running QNet may be of another version.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace qnet::cli {

using Json = boost::json::object;

/// Empty where there is none.
[[nodiscard]] std::string text_in(const Json& object, std::string_view key);
/// 0 where there is none, and for a negative one.
[[nodiscard]] std::uint64_t count_in(const Json& object, std::string_view key);
[[nodiscard]] std::optional<double> number_in(const Json& object, std::string_view key);
[[nodiscard]] bool truth_in(const Json& object, std::string_view key);
/// Null where there is none. It lives as long as `object`.
[[nodiscard]] const Json* object_in(const Json& object, std::string_view key);
[[nodiscard]] const boost::json::array& list_in(const Json& object, std::string_view key);
/// How long ago the time "2026-11-28T19:00:00Z" was; nothing where there is none.
[[nodiscard]] std::optional<std::chrono::seconds> since_in(const Json& object, std::string_view key,
                                                           std::chrono::system_clock::time_point now);
[[nodiscard]] std::optional<std::chrono::sys_seconds> time_of(const std::string& text);

}  // namespace qnet::cli
