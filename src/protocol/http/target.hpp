// The target of a request in origin form (RFC 9112 §3.2.1): a path and a query.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "protocol/http/router_limits.hpp"

namespace qnet::http {

/// Names and values, decoded. A value may hold any byte, a NUL too.
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path{};  ///< begins with '/'; its percent-encoding is valid and still there
  Parameters query{};  ///< in the order in which they were sent; "name" without "=" has an empty value
};

enum class QueryForm {
  unread,   ///< whatever follows the first '?' is ignored, valid or not
  decoded,  ///< an invalid query makes the target invalid
};

enum class TargetError {
  too_long,             ///< more bytes than RouterLimits::target
  malformed,            ///< no origin form of RFC 3986's grammar
  too_many_parameters,  ///< more than RouterLimits::query_parameters
};

[[nodiscard]] tl::expected<Target, TargetError> parse_target(std::string_view text, QueryForm form);

}  // namespace qnet::http
