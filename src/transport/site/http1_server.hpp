// The server's side of HTTP/1.1 on one connection: one Exchange after the other, or an upgrade.
#pragma once

#include <memory>
#include <optional>

#include "transport/site/exchange.hpp"
#include "transport/site/http1_reader.hpp"
#include "transport/site/limits.hpp"

namespace qnet::site {

class Http1Server {
 public:
  Http1Server(std::unique_ptr<net::ByteStream> lower, const Limits& limits);

  /// Waits for a request; none when the connection is to be closed.
  net::Task<std::unique_ptr<Exchange>> next();

  /// The key of a whole and valid upgrade to a WebSocket (RFC 6455 §4.2.1), if the last request was one.
  [[nodiscard]] std::optional<std::string> websocket_key() const;
  /// Answers with 101, and lets the connection go: what came behind the request is in `unread`.
  net::Task<base::Result<void>> accept_websocket(std::string key);
  [[nodiscard]] std::unique_ptr<net::ByteStream> release(base::Bytes& unread);

  void close() { lower_->close(); }

 private:
  class OneExchange;
  /// What is left of a body that nobody wanted; false when it is too long.
  net::Task<bool> drop_body(std::chrono::milliseconds time);
  net::Task<void> refuse(unsigned status);
  net::Task<base::Result<void>> send(base::ByteView bytes);

  std::unique_ptr<net::ByteStream> lower_;
  Limits limits_;
  Http1Reader<true> reader_;
  Request request_;
  bool keep_alive_ = true;
  bool served_ = false;   // there was a request
  bool answered_ = true;  // and all of its response was sent
};

/// RFC 6455 §4.2.2: what a server answers to a key.
[[nodiscard]] std::string websocket_accept(const std::string& key);

}  // namespace qnet::site
