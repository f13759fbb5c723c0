// The HTTP/1.1 exchanges of one connection, the same over TCP and TLS. Private to this folder; included by
// plain_connection.cpp and tls_connection.cpp only, because it is slow to compile.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "demo/demo_site/connection.hpp"
#include "demo/demo_site/pattern.hpp"
#include "demo/demo_site/responses.hpp"
#include "demo/demo_site/websocket_echo.hpp"
#include "foundation/base/bytes.hpp"

namespace qnet::demo_site {

template <class Stream>
class HttpSession {
 public:
  HttpSession(Stream& stream, const Service& service)
      : stream_(stream), service_(service), buffer_(service.limits.header_bytes + kChunk) {}

  /// Returns when the connection is to be closed.
  net::Task<void> run() {
    while (co_await wait_for_request()) {
      Parser parser;
      parser.header_limit(static_cast<std::uint32_t>(limits().header_bytes));
      parser.body_limit(limits().upload_bytes);
      lowest().expires_after(limits().header);
      const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
      if (error) {
        if (deserves_response(error)) {
          (void)co_await send(refusal(status_for(error), 11, false, false));
          co_await drain();
        }
        co_return;
      }
      if (!co_await answer(parser)) co_return;
    }
  }

 private:
  static constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  static constexpr std::size_t kChunk = 64 * 1024;
  // What a visitor whose request was refused is still listened to, so that they read the answer before a
  // reset.
  static constexpr std::chrono::milliseconds kDrainTime{1'000};
  static constexpr std::size_t kDrainBytes = 1024 * 1024;

  [[nodiscard]] const Limits& limits() const { return service_.limits; }
  boost::beast::tcp_stream& lowest() { return boost::beast::get_lowest_layer(stream_); }

  net::Task<bool> wait_for_request() {
    if (service_.stopped) co_return false;
    if (buffer_.size() > 0) co_return true;
    buffer_.clear();
    buffer_.shrink_to_fit();  // an idle visitor keeps no buffer of a body
    lowest().expires_after(limits().idle);
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
    buffer_.commit(size);
    co_return !error && !service_.stopped;
  }

  /// True when another request may follow.
  net::Task<bool> answer(Parser& parser) {
    const auto& request = parser.get();
    const auto path = path_of(request);
    if (path == "/websocket" && boost::beast::websocket::is_upgrade(request)) {
      // Frames before our agreement are against RFC 6455 §4.1.
      if (buffer_.size() == 0) co_await echo_websocket(stream_, request, limits());
      co_return false;
    }
    if (path == "/upload" && is_upload(request)) co_return co_await receive(parser);

    // No other request has a body that we would read; what follows it could not be told apart from it.
    const bool keep_alive = parser.is_done() && request.keep_alive();
    bool sent = false;
    if (const auto size = download_size(request, limits().download_bytes))
      sent = co_await send_pattern(*size, request, keep_alive);
    else
      sent = co_await send(response_to(request, keep_alive));
    if (sent && !parser.is_done()) co_await drain();
    co_return sent&& keep_alive;
  }

  net::Task<bool> send_pattern(std::uint64_t size, const Request& request, bool keep_alive) {
    if (!co_await send(download_header(size, request.version(), keep_alive))) co_return false;
    if (request.method() == http::verb::head) co_return true;
    std::vector<std::uint8_t> chunk(kChunk);
    for (std::uint64_t offset = 0; offset < size;) {
      const auto part =
          std::span(chunk).first(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, size - offset)));
      fill_pattern(offset, part);
      if (!co_await send(base::text_of(part))) co_return false;
      offset += part.size();
    }
    co_return true;
  }

  net::Task<bool> receive(Parser& parser) {
    const auto& request = parser.get();
    const bool keep_alive = request.keep_alive();
    if (expects_continue(request) && !co_await send(kContinue)) co_return false;

    Upload upload;
    std::vector<std::uint8_t> chunk(kChunk);
    parser.eager(true);
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = chunk.data();
      body.size = chunk.size();
      lowest().expires_after(limits().progress);
      const auto [error, size] = co_await http::async_read_some(stream_, buffer_, parser, kAwait);
      if (error == http::error::body_limit) {
        (void)co_await send(refusal(http::status::payload_too_large, request.version(), false, false));
        co_await drain();
        co_return false;
      }
      if (error && error != http::error::need_buffer) co_return false;
      const auto piece = std::span(chunk).first(chunk.size() - body.size);
      upload.is_pattern = upload.is_pattern && is_pattern(upload.bytes, piece);
      upload.bytes += piece.size();
    }
    co_return co_await send(upload_response(upload, request.version(), keep_alive)) && keep_alive;
  }

  net::Task<bool> send(std::string_view bytes) {
    while (!bytes.empty()) {
      lowest().expires_after(limits().progress);
      const auto [error, size] = co_await stream_.async_write_some(boost::asio::buffer(bytes), kAwait);
      if (error || service_.stopped) co_return false;
      bytes.remove_prefix(size);
    }
    co_return true;
  }

  net::Task<void> drain() {
    // The visitor sees the end at once; TLS has its own end, which tls_connection.cpp sends afterwards.
    if constexpr (std::is_same_v<Stream, boost::beast::tcp_stream>) {
      boost::system::error_code ignored;
      stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    }
    std::vector<std::uint8_t> chunk(4096);
    lowest().expires_after(kDrainTime);
    for (std::size_t taken = 0; taken < kDrainBytes;) {
      const auto [error, size] = co_await stream_.async_read_some(boost::asio::buffer(chunk), kAwait);
      if (error) co_return;
      taken += size;
    }
  }

  Stream& stream_;
  const Service& service_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace qnet::demo_site
