#include "protocol/client_hello/hello_capture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/deadline.hpp"
#include "protocol/client_hello/client_hello.hpp"

namespace qnet::client_hello {

namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

net::Task<void> HelloCapture::run() {
  const auto self = shared_from_this();
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) continue;  // the acceptor was closed, or that browser has gone again
    boost::asio::co_spawn(
        acceptor_.get_executor(),
        [self, taken = std::move(socket)]() mutable { return self->take(std::move(taken)); },
        boost::asio::detached);
  }
}

void HelloCapture::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

net::Task<void> HelloCapture::take(net::tcp::socket socket) {
  const auto self = shared_from_this();
  const net::Deadline limit(socket.get_executor(), HelloCaptureLimits::hello, [&socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  base::Bytes received;
  std::array<std::uint8_t, 4096> buffer{};
  for (auto status = ClientHelloStatus::need_more; status == ClientHelloStatus::need_more;) {
    const auto [error, size] = co_await socket.async_read_some(boost::asio::buffer(buffer), kAwait);
    if (error) co_return;
    base::append(received, base::ByteView(buffer).first(size));
    status = parse_client_hello(received).status;
    if (status == ClientHelloStatus::not_client_hello) co_return;
  }
  if (hellos_.size() >= count_) co_return;
  hellos_.push_back(std::move(received));
  progress_(hellos_.size());
  if (hellos_.size() == count_) stop();
}

}  // namespace qnet::client_hello
