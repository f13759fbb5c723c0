#include "protocol/http/wire.hpp"

#include <iterator>
#include <sstream>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>

namespace qnet::http {

namespace bhttp = boost::beast::http;

namespace {

std::string_view host_of(const Parser::value_type& request) {
  const auto [first, last] = request.equal_range(bhttp::field::host);
  if (first == last || std::next(first) != last) return {};
  return view(first->value());
}

}  // namespace

Request to_request(const Parser& parser, const net::tcp::endpoint& from) {
  const auto& message = parser.get();
  Request request;
  request.method = view(message.method_string());
  request.target = view(message.target());
  request.host = host_of(message);
  request.body = message.body();
  request.if_none_match = view(message[bhttp::field::if_none_match]);
  request.accept_encoding = view(message[bhttp::field::accept_encoding]);
  request.authorization = view(message[bhttp::field::authorization]);
  request.origin = view(message[bhttp::field::origin]);
  request.sec_fetch_site = view(message["Sec-Fetch-Site"]);
  request.sec_fetch_mode = view(message["Sec-Fetch-Mode"]);
  request.forwarded = message.count("X-Forwarded-For") + message.count("X-Real-IP") +
                          message.count(bhttp::field::forwarded) + message.count(bhttp::field::via) >
                      0;
  request.from = from;
  return request;
}

std::string head_of(const Reply& reply, unsigned version, bool keep_alive) {
  bhttp::response<bhttp::empty_body> head(bhttp::int_to_status(reply.status), version);
  if (!reply.content_type.empty()) head.set(bhttp::field::content_type, reply.content_type);
  head.set(bhttp::field::cache_control, "no-store");
  head.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.fields) head.set(name, value);
  head.keep_alive(keep_alive);
  if (reply.stream)
    head.chunked(version >= 11);  // HTTP/1.0 has no chunks: there the end of the connection ends the body
  else if (head.result() != bhttp::status::not_modified)
    head.content_length(reply.body.bytes().size());
  std::ostringstream text;
  text << head.base();
  return std::move(text).str();
}

Reply reply_to_error(const boost::system::error_code& error) {
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow)
    return error_reply(431, "The request's header is too long.", "Send fewer or shorter fields.");
  if (error == bhttp::error::body_limit)
    return error_reply(413, "The request's body is too large.", "Send less; no honest request is as large.");
  return error_reply(400, "This is not an HTTP request.", "Use HTTP/1.1.");
}

// Nobody is worth a reply whose connection ended, was closed by stop(), or ran out of time.
bool deserves_reply(const boost::system::error_code& error) {
  return error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
         error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
}

}  // namespace qnet::http
