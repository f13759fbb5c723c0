// For tests: one question to the status port's router, without a network.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "control/routes.hpp"

namespace qnet::control::testing {

struct Asked {
  std::string_view method = "GET";
  std::string_view target;
  std::string_view host = "localhost:8088";
  std::string_view body{};
  std::string_view authorization{};
};

struct Answered {
  unsigned status = 0;
  std::string content_type;
  std::string body;
};

namespace detail {
inline net::Task<void> answer_to(const http::Router* router, const http::Request* request, Answered* to) {
  const auto reply = co_await router->answer(*request);
  *to = {reply.status, reply.content_type, std::string(reply.body.bytes())};
}
}  // namespace detail

inline Answered ask(const Asked& asked, const StatusSource& source, Controls controls = {}) {
  const auto router = status_router(source, std::move(controls));
  http::Request request;
  request.method = asked.method;
  request.target = asked.target;
  request.host = asked.host;
  request.body = asked.body;
  request.authorization = asked.authorization;
  Answered answered;
  boost::asio::io_context io;
  boost::asio::co_spawn(io, detail::answer_to(&router, &request, &answered), boost::asio::detached);
  io.run();
  return answered;
}

}  // namespace qnet::control::testing
