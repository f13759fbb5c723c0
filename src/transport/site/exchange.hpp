// One request and its response, whatever version of HTTP carries them.
#pragma once

#include <string>

#include "foundation/base/result.hpp"
#include "foundation/net/byte_stream.hpp"
#include "protocol/h2/engine.hpp"

namespace qnet::site {

/// Names in lower case, without pseudo-headers.
using Headers = h2::Headers;

struct Request {
  std::string method;
  std::string target;     ///< path and query, as they came
  std::string authority;  ///< the host that was asked for
  Headers headers;
};

struct Response {
  unsigned status = 200;
  Headers headers;
};

/// Times out by itself. After an error nothing more can be done with it.
class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  [[nodiscard]] virtual const Request& request() const = 0;
  /// Some of the request's body; 0 at its end.
  virtual net::Task<base::Result<std::size_t>> read_body(base::MutableBytes out) = 0;
  /// Without a body the exchange is complete.
  virtual net::Task<base::Result<void>> respond(const Response& response, bool has_body) = 0;
  virtual net::Task<base::Result<void>> write_body(base::ByteView bytes) = 0;
  /// The response's body is complete.
  virtual net::Task<base::Result<void>> finish() = 0;
};

/// What strangers see.
class Site {
 public:
  Site() = default;
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  virtual ~Site() = default;

  /// Answers one request. Leaves it unanswered only when nothing can be said any more.
  virtual net::Task<void> serve(Exchange& exchange) const = 0;
};

/// "Mon, 23 Nov 2026 19:00:00 GMT" (RFC 9110 §5.6.7).
[[nodiscard]] std::string http_date(std::int64_t seconds);
[[nodiscard]] std::string http_date_now();

/// The reason phrase; for HTTP/1.1 and pages.
[[nodiscard]] std::string_view reason(unsigned status);

/// A short page, as servers show one for a status.
[[nodiscard]] std::string status_page(unsigned status);
net::Task<void> respond_with_page(Exchange& exchange, unsigned status);

}  // namespace qnet::site
