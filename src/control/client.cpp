#include "control/client.hpp"

#include <exception>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "foundation/net/tcp.hpp"

namespace qnet::control {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kMaxBody = 4 * 1024 * 1024;  // thousands of peers

base::Error not_running(const tcp::endpoint& at) {
  return {Errc::nothing_listens, "nothing listens on port " + std::to_string(at.port()) +
                                     "; start it with `qnet run`, or name another port with --status-port"};
}

base::Error failure(const boost::system::error_code& error, const tcp::endpoint& at) {
  if (error == beast::error::timeout) return {Errc::no_answer, net::to_text(at)};
  return {Errc::bad_answer, net::to_text(at)};
}

using Request = http::request<http::string_body>;

net::Task<base::Result<Fetched>> exchange(tcp::endpoint to, const Request& request,
                                          std::chrono::milliseconds deadline) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(deadline);
  if (const auto [error] = co_await stream.async_connect(to, kAwait); error)
    co_return tl::unexpected(error == beast::error::timeout ? failure(error, to) : not_running(to));
  if (const auto [error, size] = co_await http::async_write(stream, request, kAwait); error)
    co_return tl::unexpected(failure(error, to));

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxBody);
  if (const auto [error, size] = co_await http::async_read(stream, buffer, parser, kAwait); error)
    co_return tl::unexpected(failure(error, to));
  co_return Fetched{parser.get().result_int(), std::move(parser.get().body())};
}

base::Result<Fetched> ask(const std::string& address, std::uint16_t port, Request request,
                          std::chrono::milliseconds deadline) {
  boost::system::error_code error;
  const tcp::endpoint to(asio::ip::make_address(address, error), port);
  if (error) return base::fail(Errc::nothing_listens, "\"" + address + "\" is no IP address");
  request.set(http::field::host, net::to_text(to));
  request.keep_alive(false);

  asio::io_context io(1);
  std::optional<base::Result<Fetched>> result;
  asio::co_spawn(io, exchange(to, request, deadline),
                 [&result](const std::exception_ptr& thrown, base::Result<Fetched> got) {
                   if (thrown) std::rethrow_exception(thrown);
                   result = std::move(got);
                 });
  io.run();
  return std::move(*result);
}

void show(Request& request, std::string_view token) {
  request.set(http::field::authorization, "Bearer " + std::string(token));
}

}  // namespace

base::Result<Fetched> fetch(const std::string& address, std::uint16_t port, std::string_view target,
                            std::chrono::milliseconds deadline) {
  return ask(address, port, Request(http::verb::get, target, 11), deadline);
}

base::Result<Fetched> fetch_secret(const std::string& address, std::uint16_t port, std::string_view target,
                                   std::string_view token, std::chrono::milliseconds deadline) {
  Request request(http::verb::get, target, 11);
  show(request, token);
  return ask(address, port, std::move(request), deadline);
}

base::Result<Fetched> post(const std::string& address, std::uint16_t port, std::string_view target,
                           std::string body, std::string_view token, std::chrono::milliseconds deadline) {
  Request request(http::verb::post, target, 11, std::move(body));
  request.set(http::field::content_type, "application/json");
  show(request, token);
  request.prepare_payload();
  return ask(address, port, std::move(request), deadline);
}

}  // namespace qnet::control
