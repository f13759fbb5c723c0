#include "demo/demo_site/connection.hpp"
#include "demo/demo_site/http_session.hpp"

namespace qnet::demo_site {

net::Task<void> serve_plain(std::shared_ptr<Service> service, boost::asio::ip::tcp::socket socket) {
  if (service->stopped) co_return;
  boost::beast::tcp_stream stream(std::move(socket));
  const OpenConnection open(*service, stream);
  HttpSession session(stream, *service);
  co_await session.run();
}

}  // namespace qnet::demo_site
