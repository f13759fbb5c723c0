#include "transport/site/http1_server.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/core/string.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "foundation/crypto/hash.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::site {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t kOldest = 10;  // HTTP/1.0

/// Why a request is refused whose host is not clear (RFC 9112 §3.2), or the length of its body (§6.1, §6.3);
/// with nginx's statuses.
std::optional<unsigned> fault_of(const Headers& headers, unsigned version) {
  const auto hosts = std::ranges::count(headers, std::string_view("host"), &h2::Header::name);
  if (hosts > 1 || (hosts == 0 && version > kOldest)) return 400;
  for (const auto& header : headers) {
    if (header.name != "transfer-encoding") continue;
    if (version <= kOldest) return 400;
    if (!boost::beast::iequals(header.value, "chunked")) return 501;
  }
  return std::nullopt;
}

}  // namespace

/// What follows one head, until the next.
class Http1Server::OneExchange final : public Exchange {
 public:
  explicit OneExchange(Http1Server& server) : server_(server) {}

  [[nodiscard]] const Request& request() const override { return server_.request_; }

  net::Task<base::Result<std::size_t>> read_body(base::MutableBytes out) override {
    auto& parser = server_.reader_.parser();
    if (!asked_ && find(server_.request_.headers, "expect") && !parser.is_done()) {
      if (auto sent = co_await server_.send(base::bytes_of("HTTP/1.1 100 Continue\r\n\r\n")); !sent)
        co_return tl::unexpected(sent.error());
    }
    asked_ = true;
    const net::Deadline limit(server_.lower_->executor(), server_.limits_.progress,
                              [this] { server_.lower_->reset(); });
    co_return co_await server_.reader_.read_body(out);
  }

  net::Task<base::Result<void>> respond(const Response& response, bool has_body) override {
    auto headers = response.headers;
    auto& parser = server_.reader_.parser();
    // Who waits for our leave to send the body gets none.
    if (!parser.is_done() && !asked_ && find(server_.request_.headers, "expect")) server_.keep_alive_ = false;
    const bool sized = find(headers, "content-length").has_value();
    if (has_body && !sized) {
      chunked_ = parser.get().version() > kOldest;
      if (chunked_) headers.push_back({"transfer-encoding", "chunked"});
      if (!chunked_) server_.keep_alive_ = false;
    }
    // A 204 or 304 has no body to be finished.
    server_.answered_ = !has_body;
    headers.push_back({"connection", server_.keep_alive_ ? "keep-alive" : "close"});
    const auto head =
        http1_head(fmt::format("HTTP/1.1 {} {}", response.status, reason(response.status)), headers);
    co_return co_await server_.send(base::bytes_of(head));
  }

  net::Task<base::Result<void>> write_body(base::ByteView bytes) override {
    if (bytes.empty()) co_return base::Result<void>();
    if (!chunked_) co_return co_await server_.send(bytes);
    auto chunk = fmt::format("{:x}\r\n", bytes.size());
    chunk.append(base::text_of(bytes)).append("\r\n");
    co_return co_await server_.send(base::bytes_of(chunk));
  }

  net::Task<base::Result<void>> finish() override {
    server_.answered_ = true;
    if (!chunked_) co_return base::Result<void>();
    co_return co_await server_.send(base::bytes_of("0\r\n\r\n"));
  }

 private:
  Http1Server& server_;
  bool asked_ = false;
  bool chunked_ = false;
};

Http1Server::Http1Server(std::unique_ptr<net::ByteStream> lower, const Limits& limits)
    : lower_(std::move(lower)), limits_(limits), reader_(*lower_, limits.header_bytes) {}

net::Task<std::unique_ptr<Exchange>> Http1Server::next() {
  // A response that broke off in its middle ends the connection: the next would be taken for the rest of it.
  if (!answered_) {
    lower_->close();
    co_return nullptr;
  }
  const bool same_body = served_ && !reader_.parser().is_done();
  if (!keep_alive_ && same_body) {
    // A visitor who is still sending would lose the answer to a reset.
    lower_->finish();
    (void)co_await drop_body(limits_.lingering);
  }
  if (!keep_alive_) co_return nullptr;
  if (same_body && !co_await drop_body(limits_.progress)) co_return nullptr;
  {
    const net::Deadline limit(lower_->executor(), limits_.idle, [this] { lower_->close(); });
    const auto came = co_await reader_.wait();
    if (!came || !*came) co_return nullptr;
  }
  base::Result<void> read;
  {
    const net::Deadline limit(lower_->executor(), limits_.header, [this] { lower_->close(); });
    read = co_await reader_.read_head();
  }
  if (!read) {
    if (read.error().is(Errc::bad_http)) co_await refuse(400);
    if (read.error().is(Errc::too_long)) co_await refuse(431);
    co_return nullptr;
  }
  const auto& message = reader_.parser().get();
  keep_alive_ = message.keep_alive();
  const auto method = message.method_string();
  const auto target = message.target();
  request_ = {{method.data(), method.size()}, {target.data(), target.size()}, {}, reader_.headers()};
  request_.authority = find(request_.headers, "host").value_or("");
  if (const auto fault = fault_of(request_.headers, message.version())) {
    co_await refuse(*fault);
    co_return nullptr;
  }
  served_ = true;
  answered_ = false;
  co_return std::make_unique<OneExchange>(*this);
}

net::Task<bool> Http1Server::drop_body(std::chrono::milliseconds time) {
  const net::Deadline limit(lower_->executor(), time, [this] { lower_->close(); });
  base::Bytes chunk(16 * 1024);
  for (std::uint64_t taken = 0; taken <= limits_.body_bytes;) {
    const auto got = co_await reader_.read_body(chunk);
    if (!got) co_return false;
    if (*got == 0) co_return true;
    taken += *got;
  }
  co_return false;
}

net::Task<void> Http1Server::refuse(unsigned status) {
  keep_alive_ = false;
  const auto page = status_page(status);
  const auto text = http1_head(fmt::format("HTTP/1.1 {} {}", status, reason(status)),
                               {{"date", http_date_now()},
                                {"content-type", "text/html"},
                                {"content-length", std::to_string(page.size())},
                                {"connection", "close"}}) +
                    page;
  (void)co_await send(base::bytes_of(text));
}

net::Task<base::Result<void>> Http1Server::send(base::ByteView bytes) {
  while (!bytes.empty()) {
    const auto put = lower_->try_write(bytes);
    if (!put) co_return tl::unexpected(put.error());
    bytes = bytes.subspan(*put);
    if (bytes.empty()) break;
    const net::Deadline limit(lower_->executor(), limits_.progress, [this] { lower_->reset(); });
    if (auto ready = co_await lower_->wait_writable(); !ready) co_return ready;
  }
  co_return base::Result<void>();
}

std::optional<std::string> Http1Server::websocket_key() const {
  const auto& message = const_cast<Http1Reader<true>&>(reader_).parser().get();
  if (!boost::beast::websocket::is_upgrade(message)) return std::nullopt;
  const auto key = find(request_.headers, "sec-websocket-key");
  if (!key || find(request_.headers, "sec-websocket-version") != "13") return std::nullopt;
  return std::string(*key);
}

net::Task<base::Result<void>> Http1Server::accept_websocket(std::string key) {
  const auto head =
      http1_head("HTTP/1.1 101 Switching Protocols", {{"date", http_date_now()},
                                                      {"connection", "upgrade"},
                                                      {"upgrade", "websocket"},
                                                      {"sec-websocket-accept", websocket_accept(key)}});
  answered_ = true;
  co_return co_await send(base::bytes_of(head));
}

std::unique_ptr<net::ByteStream> Http1Server::release(base::Bytes& unread) {
  const auto rest = reader_.unread().view();
  unread.assign(rest.begin(), rest.end());
  return std::move(lower_);
}

std::string websocket_accept(const std::string& key) {
  const auto digest = crypto::sha1(base::bytes_of(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  // 20 bytes in the alphabet of RFC 4648 §4.
  auto text = base::to_base64url(digest);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text + "=";
}

}  // namespace qnet::site
