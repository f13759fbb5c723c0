// One HTTP/2 stream as an Exchange.
#pragma once

#include <memory>

#include "protocol/h2/stream.hpp"
#include "transport/site/exchange.hpp"
#include "transport/site/limits.hpp"

namespace qnet::site {

class H2Exchange final : public Exchange {
 public:
  H2Exchange(std::unique_ptr<h2::Stream> stream, const Limits& limits);

  [[nodiscard]] const Request& request() const override { return request_; }
  net::Task<base::Result<std::size_t>> read_body(base::MutableBytes out) override;
  net::Task<base::Result<void>> respond(const Response& response, bool has_body) override;
  net::Task<base::Result<void>> write_body(base::ByteView bytes) override;
  net::Task<base::Result<void>> finish() override;

  /// Waits a little for the rest of a body that nobody wanted: many clients lose an answer that is followed
  /// by a reset.
  net::Task<void> drain();

  /// For what is no exchange of a visitor's.
  [[nodiscard]] std::unique_ptr<h2::Stream> release() { return std::move(stream_); }

 private:
  std::unique_ptr<h2::Stream> stream_;
  Limits limits_;
  Request request_;
};

}  // namespace qnet::site
