// Values that may be missing, as the API's JSON has them.
#pragma once

#include <optional>
#include <string>

#include <boost/json/string_view.hpp>
#include <boost/json/value.hpp>

namespace qnet::control {

[[nodiscard]] inline boost::json::value text_or_null(const std::string& text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(boost::json::string_view(text));
}

template <class T>
[[nodiscard]] boost::json::value value_or_null(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

}  // namespace qnet::control
