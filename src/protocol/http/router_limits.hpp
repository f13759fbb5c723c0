// What the router takes of a request's target.
#pragma once

#include <cstddef>

namespace qnet::http {

struct RouterLimits {
  /// Bytes of a target. As much as ServerLimits::header_bytes lets through, so that the server answers 431
  /// first; this one holds for users of the router alone.
  static constexpr std::size_t target = 8 * 1024;
  /// Parameters of a query. A route of ours knows one or two; each costs two strings.
  static constexpr std::size_t query_parameters = 32;
  /// Segments of a route's pattern, and so of any path that matches. Ours have up to three.
  static constexpr std::size_t segments = 16;
};

}  // namespace qnet::http
