// Which route answers a method and a path. No I/O.
//
// A pattern is a path whose segments are literal or "{name}": "/api/relays/{peer}". Segments are compared
// after percent-decoding, one by one, so that "%2F" never divides a path. "{name}" takes one segment that is
// not empty. Where several patterns match, the first in the table's order answers. HEAD is answered wherever
// GET is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/http/target.hpp"

namespace qnet::http {

struct RouteKey {
  std::string_view method;  ///< both refer to text that outlives the table: literals
  std::string_view path;
};

class RouteTable {
 public:
  struct Found {
    std::size_t route;   ///< its index in the table
    Parameters in_path;  ///< decoded
  };
  struct WrongMethod {
    std::string allow;  ///< for the header field Allow: "GET, HEAD"
  };
  struct NoRoute {};
  using Match = std::variant<NoRoute, WrongMethod, Found>;

  /// Throws std::invalid_argument for a pattern that is out of form or has more segments than
  /// RouterLimits::segments, and for a method and pattern that stand there twice.
  explicit RouteTable(std::vector<RouteKey> routes);

  /// `path` as parse_target() gives it.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;
  [[nodiscard]] std::span<const RouteKey> routes() const { return routes_; }

 private:
  std::vector<RouteKey> routes_;
  std::vector<std::vector<std::string_view>> patterns_;  // each route's segments
};

/// A parameter that a route's query may have, once.
struct QueryParameter {
  std::string_view name;
  bool (*valid)(std::string_view value);
};

/// Whether each parameter is one of `known`, valid, and there once.
[[nodiscard]] bool fits(const Parameters& query, std::span<const QueryParameter> known);

}  // namespace qnet::http
