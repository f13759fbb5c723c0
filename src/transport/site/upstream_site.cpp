#include "transport/site/upstream_site.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/site/http1_reader.hpp"

namespace qnet::site {

namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;

/// RFC 9110 §7.6.1: about one connection, not about the message.
bool is_hop_by_hop(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "proxy-connection" || name == "te" ||
         name == "trailer" || name == "transfer-encoding" || name == "upgrade" || name == "host" ||
         name == "expect";
}

/// What a proxy says of its visitor.
bool is_forwarding(std::string_view name) { return name == "forwarded" || name.starts_with("x-forwarded-"); }

std::string head_for_upstream(const Request& request, bool chunked, bool first_proxy) {
  Headers headers{{"host", request.authority}, {"connection", "close"}};
  std::string cookies;
  for (const auto& header : request.headers) {
    if (is_hop_by_hop(header.name)) continue;
    // Nobody in front of us can have said it, so a visitor did.
    if (first_proxy && is_forwarding(header.name)) continue;
    if (header.name == "cookie") {
      // RFC 9113 §8.2.3: HTTP/2 may have cut the field.
      cookies += (cookies.empty() ? "" : "; ") + header.value;
    } else {
      headers.push_back(header);
    }
  }
  if (!cookies.empty()) headers.push_back({"cookie", cookies});
  if (!find(headers, "x-forwarded-proto")) headers.push_back({"x-forwarded-proto", "https"});
  if (chunked) headers.push_back({"transfer-encoding", "chunked"});
  return http1_head(request.method + " " + request.target + " HTTP/1.1", headers);
}

/// RFC 9110 §15.2: another response follows. 101 cannot come, as no upgrade is passed on.
bool is_interim(unsigned status) { return status >= 100 && status < 200 && status != 101; }

bool may_have_body(const Request& request) {
  return find(request.headers, "content-length") || find(request.headers, "transfer-encoding") ||
         (request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS");
}

/// One piece of the request's body, framed when its length is not known.
net::Task<bool> send_piece(net::TcpStream& upstream, base::ByteView part, bool chunked) {
  const auto before = chunked ? fmt::format("{:x}\r\n", part.size()) : std::string();
  const std::string_view after = chunked ? "\r\n" : "";
  if (!co_await net::write_all(upstream, base::bytes_of(before))) co_return false;
  if (!co_await net::write_all(upstream, part)) co_return false;
  const auto sent = co_await net::write_all(upstream, base::bytes_of(after));
  co_return sent.has_value();
}

/// The request's direction. A server may answer before it has the whole request, and read no more of it: what
/// the visitor still sends is dropped then, so that they read the answer.
net::Task<void> send_request(Exchange& exchange, net::TcpStream& upstream, bool first_proxy) {
  const auto& request = exchange.request();
  const bool has_body = may_have_body(request);
  const bool chunked = has_body && !find(request.headers, "content-length");
  const auto head = head_for_upstream(request, chunked, first_proxy);
  const auto begun = co_await net::write_all(upstream, base::bytes_of(head));
  bool taken = begun.has_value();
  base::Bytes chunk(has_body ? kChunk : 0);
  while (has_body) {
    const auto got = co_await exchange.read_body(chunk);
    if (!got) co_return upstream.reset();
    if (taken) taken = co_await send_piece(upstream, base::ByteView(chunk).first(*got), chunked);
    if (*got == 0) break;
  }
}

/// The response's direction. False when nothing was answered yet.
net::Task<bool> send_response(Exchange& exchange, net::TcpStream& upstream, const Limits& limits) {
  Http1Reader<false> reader(upstream, limits.header_bytes);
  const auto read_head = [&]() -> net::Task<base::Result<void>> {
    const net::Deadline limit(upstream.executor(), limits.upstream, [&upstream] { upstream.reset(); });
    co_return co_await reader.read_head();
  };
  do {
    if (const auto read = co_await read_head(); !read) co_return false;
  } while (is_interim(reader.parser().get().result_int()));
  Response response{reader.parser().get().result_int(), {}};
  for (auto& header : reader.headers())
    if (!is_hop_by_hop(header.name)) response.headers.push_back(std::move(header));
  const auto status = response.status;
  const bool has_body = exchange.request().method != "HEAD" && status != 204 && status != 304 &&
                        reader.parser().content_length().value_or(1) > 0;
  if (!co_await exchange.respond(response, has_body) || !has_body) co_return true;
  base::Bytes chunk(kChunk);
  for (;;) {
    base::Result<std::size_t> got = 0;
    {
      const net::Deadline limit(upstream.executor(), limits.upstream, [&upstream] { upstream.reset(); });
      got = co_await reader.read_body(chunk);
    }
    if (!got) co_return true;  // unfinished, which the visitor sees
    if (*got == 0) break;
    if (!co_await exchange.write_body(base::ByteView(chunk).first(*got))) co_return true;
  }
  (void)co_await exchange.finish();
  co_return true;
}

/// The response's direction, and 502 when there is none.
net::Task<void> answer(Exchange& exchange, net::TcpStream& upstream, const Limits& limits) {
  const bool answered = co_await send_response(exchange, upstream, limits);
  if (!answered) co_await respond_with_page(exchange, 502);
  upstream.close();
}

/// One of the connections that may be open at once.
class Slot {
 public:
  explicit Slot(std::atomic<std::size_t>& open) : open_(open) { ++open_; }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { --open_; }

 private:
  std::atomic<std::size_t>& open_;
};

}  // namespace

net::Task<void> UpstreamSite::serve(Exchange& exchange) const {
  using boost::asio::experimental::awaitable_operators::operator&&;
  const Slot slot(open_);
  if (open_ > limits_.upstream_connections) co_return co_await respond_with_page(exchange, 503);
  auto socket = co_await upstream_.connect(limits_.upstream_connect);
  if (!socket) co_return co_await respond_with_page(exchange, 502);
  net::TcpStream upstream(std::move(*socket));
  co_await (answer(exchange, upstream, limits_) && send_request(exchange, upstream, first_proxy_));
}

}  // namespace qnet::site
