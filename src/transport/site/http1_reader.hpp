// Messages of HTTP/1.1 off a ByteStream, by Beast's parser: requests of visitors, and responses of a server
// behind.
#pragma once

#include <memory>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "foundation/base/byte_queue.hpp"
#include "foundation/base/result.hpp"
#include "transport/site/error.hpp"
#include "transport/site/exchange.hpp"

namespace qnet::site {

template <bool is_request>
class Http1Reader {
 public:
  using Parser = boost::beast::http::parser<is_request, boost::beast::http::buffer_body>;

  Http1Reader(net::ByteStream& lower, std::size_t header_limit) : lower_(lower), limit_(header_limit) {}

  /// For bytes that were read before.
  void push(base::ByteView bytes) { unread_.push(bytes); }
  [[nodiscard]] base::ByteQueue& unread() { return unread_; }

  /// The next message's first byte: false at an orderly end before it.
  net::Task<base::Result<bool>> wait();
  /// The next message's head. bad_http or too_long when it is none.
  net::Task<base::Result<void>> read_head();
  /// Some of its body; 0 at its end. bad_http when it is none, or breaks off; too_long when a chunk's header
  /// or the trailer is longer than a head may be.
  net::Task<base::Result<std::size_t>> read_body(base::MutableBytes out);
  [[nodiscard]] Parser& parser() { return *parser_; }
  /// All header fields, names in lower case.
  [[nodiscard]] Headers headers() const;

 private:
  net::Task<base::Result<bool>> fill();

  net::ByteStream& lower_;
  std::size_t limit_;
  base::ByteQueue unread_;
  std::unique_ptr<Parser> parser_;
};

extern template class Http1Reader<true>;
extern template class Http1Reader<false>;

/// A head as text: a start line and fields, names as "Content-Type" are written.
[[nodiscard]] std::string http1_head(const std::string& start_line, const Headers& headers);

}  // namespace qnet::site
