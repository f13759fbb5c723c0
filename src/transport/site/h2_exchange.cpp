#include "transport/site/h2_exchange.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::site {

namespace {

/// RFC 9113 §8.2.2: these are about a connection of HTTP/1.1.
bool belongs_to_http1(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "transfer-encoding" || name == "upgrade" ||
         name == "proxy-connection";
}

}  // namespace

H2Exchange::H2Exchange(std::unique_ptr<h2::Stream> stream, const Limits& limits)
    : stream_(std::move(stream)), limits_(limits) {
  for (const auto& header : stream_->headers()) {
    if (header.name == ":method") request_.method = header.value;
    if (header.name == ":path") request_.target = header.value;
    if (header.name == ":authority") request_.authority = header.value;
    if (!header.name.starts_with(':')) request_.headers.push_back(header);
  }
  if (request_.authority.empty()) request_.authority = find(request_.headers, "host").value_or("");
}

net::Task<base::Result<std::size_t>> H2Exchange::read_body(base::MutableBytes out) {
  const net::Deadline limit(stream_->executor(), limits_.progress, [this] { stream_->reset(); });
  co_return co_await net::read_some(*stream_, out);
}

net::Task<base::Result<void>> H2Exchange::respond(const Response& response, bool has_body) {
  Headers headers{{":status", std::to_string(response.status)}};
  for (const auto& header : response.headers)
    if (!belongs_to_http1(header.name)) headers.push_back(header);
  co_return stream_->respond(headers, !has_body);
}

net::Task<base::Result<void>> H2Exchange::write_body(base::ByteView bytes) {
  while (!bytes.empty()) {
    const auto put = stream_->try_write(bytes);
    if (!put) co_return tl::unexpected(put.error());
    bytes = bytes.subspan(*put);
    if (bytes.empty()) break;
    const net::Deadline limit(stream_->executor(), limits_.progress, [this] { stream_->reset(); });
    if (auto ready = co_await stream_->wait_writable(); !ready) co_return ready;
  }
  co_return base::Result<void>();
}

net::Task<base::Result<void>> H2Exchange::finish() {
  stream_->finish();
  co_return base::Result<void>();
}

net::Task<void> H2Exchange::drain() {
  using boost::asio::experimental::awaitable_operators::operator||;
  boost::asio::steady_timer limit(stream_->executor(), limits_.lingering);
  base::Bytes chunk(16 * 1024);
  for (std::uint64_t taken = 0; taken <= limits_.body_bytes;) {
    const auto got = stream_->try_read(chunk);
    if (got && *got == 0) co_return;
    if (!got && !got.error().is(net::Errc::would_block)) co_return;
    if (got) {
      taken += *got;
      continue;
    }
    const auto first = co_await (stream_->wait_readable() ||
                                 limit.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable)));
    if (first.index() == 1) co_return;
  }
}

}  // namespace qnet::site
