// For tests: an Http1Server whose visitor is in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/site/http1_server.hpp"

namespace qnet::site::testing {

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

class Http1Visit : public ::testing::Test {
 protected:
  /// A visitor who sends `text`, and then waits.
  void visit(const std::string& text) {
    auto stream = std::make_unique<net::testing::MemoryStream>(io.get_executor());
    stream->incoming = text;
    visitor = stream.get();
    server = std::make_unique<Http1Server>(std::move(stream), limits);
  }
  std::unique_ptr<Exchange> next() { return net::testing::run(io, server->next()); }

  base::Result<void> respond(Exchange& exchange, const Response& response, bool has_body) {
    return net::testing::run(io, exchange.respond(response, has_body));
  }
  void answer(Exchange& exchange) {
    ASSERT_TRUE(respond(exchange, {200, {{"content-length", "2"}}}, true));
    ASSERT_TRUE(net::testing::run(io, exchange.write_body(base::bytes_of("ok"))));
    ASSERT_TRUE(net::testing::run(io, exchange.finish()));
  }
  std::string body_of(Exchange& exchange) {
    std::string all;
    base::Bytes chunk(100);
    for (;;) {
      const auto got = net::testing::run(io, exchange.read_body(chunk));
      if (!got) return all + "(" + got.error().message() + ")";
      if (*got == 0) return all;
      all += base::text_of(base::ByteView(chunk).first(*got));
    }
  }
  /// All that a visitor is answered who sends `text`.
  std::string refusal(const std::string& text) {
    visit(text);
    EXPECT_FALSE(next()) << text;
    return visitor->written;
  }

  boost::asio::io_context io{1};
  Limits limits;
  net::testing::MemoryStream* visitor = nullptr;
  std::unique_ptr<Http1Server> server;
};

}  // namespace qnet::site::testing
