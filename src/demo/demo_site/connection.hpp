// One visitor's connection, from the accepted socket to its end. Private to this folder.
#pragma once

#include <memory>
#include <set>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "demo/demo_site/limits.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::demo_site {

/// What all connections of a server share; outlives them.
struct Service {
  explicit Service(const Limits& given) : limits(given) {}

  const Limits limits;
  std::set<boost::beast::tcp_stream*> open;
  bool stopped = false;
};

/// A connection's place in Service::open, as long as its coroutine runs.
class OpenConnection {
 public:
  OpenConnection(Service& service, boost::beast::tcp_stream& stream) : service_(service), stream_(stream) {
    service_.open.insert(&stream_);
  }
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  ~OpenConnection() { service_.open.erase(&stream_); }

 private:
  Service& service_;
  boost::beast::tcp_stream& stream_;
};

net::Task<void> serve_plain(std::shared_ptr<Service> service, boost::asio::ip::tcp::socket socket);

net::Task<void> serve_tls(std::shared_ptr<Service> service,
                          std::shared_ptr<boost::asio::ssl::context> context,
                          boost::asio::ip::tcp::socket socket);

}  // namespace qnet::demo_site
