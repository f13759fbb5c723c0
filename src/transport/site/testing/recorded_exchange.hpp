// For tests: a request that the test makes up, and what it is answered.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "foundation/net/error.hpp"
#include "transport/site/exchange.hpp"

namespace qnet::site::testing {

class RecordedExchange : public Exchange {
 public:
  explicit RecordedExchange(Request request) : asked(std::move(request)) {}

  // What the test sets.
  Request asked;
  std::string body;                ///< of the request
  bool breaks_off = false;         ///< the visitor, behind `body`
  bool takes_nothing = false;      ///< the visitor is gone when the response comes
  bool takes_only_a_head = false;  ///< or when its body comes
  std::function<void()> on_response;

  // What the test looks at.
  std::optional<Response> response;
  bool has_body = false;
  std::string written;
  bool finished = false;

  /// A field of the response; nothing when it has none.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const {
    if (!response) return std::nullopt;
    const auto value = find(response->headers, name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  }

  [[nodiscard]] const Request& request() const override { return asked; }
  net::Task<base::Result<std::size_t>> read_body(base::MutableBytes out) override {
    if (body.empty() && breaks_off) co_return base::fail(net::Errc::reset);
    const auto count = std::min(out.size(), body.size());
    std::copy_n(body.begin(), count, out.begin());
    body.erase(0, count);
    co_return count;
  }
  net::Task<base::Result<void>> respond(const Response& answer, bool with_body) override {
    if (takes_nothing) co_return base::fail(net::Errc::reset);
    response = answer;
    has_body = with_body;
    if (on_response) on_response();
    co_return base::Result<void>();
  }
  net::Task<base::Result<void>> write_body(base::ByteView bytes) override {
    if (takes_only_a_head) co_return base::fail(net::Errc::reset);
    written += base::text_of(bytes);
    co_return base::Result<void>();
  }
  net::Task<base::Result<void>> finish() override {
    finished = true;
    co_return base::Result<void>();
  }
};

}  // namespace qnet::site::testing
