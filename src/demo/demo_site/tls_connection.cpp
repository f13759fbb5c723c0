#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "demo/demo_site/connection.hpp"
#include "demo/demo_site/http_session.hpp"

namespace qnet::demo_site {

namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
// For the other side's close_notify; who does not send it loses nothing.
constexpr std::chrono::milliseconds kShutdownTime{1'000};

}  // namespace

net::Task<void> serve_tls(std::shared_ptr<Service> service,
                          std::shared_ptr<boost::asio::ssl::context> context,
                          boost::asio::ip::tcp::socket socket) {
  if (service->stopped) co_return;
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream(std::move(socket), *context);
  auto& lowest = boost::beast::get_lowest_layer(stream);
  const OpenConnection open(*service, lowest);
  lowest.expires_after(service->limits.handshake);
  if (const auto [error] = co_await stream.async_handshake(boost::asio::ssl::stream_base::server, kAwait);
      error)
    co_return;
  HttpSession session(stream, *service);
  co_await session.run();
  if (service->stopped) co_return;
  lowest.expires_after(kShutdownTime);
  (void)co_await stream.async_shutdown(kAwait);
}

}  // namespace qnet::demo_site
