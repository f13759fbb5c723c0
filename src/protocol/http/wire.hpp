// Between Beast's messages and ours. Private to the server.
#pragma once

#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "protocol/http/message.hpp"

namespace qnet::http {

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

[[nodiscard]] inline std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Its texts are the parser's.
[[nodiscard]] Request to_request(const Parser& parser, const net::tcp::endpoint& from);

/// All of a reply but its body.
[[nodiscard]] std::string head_of(const Reply& reply, unsigned version, bool keep_alive);

[[nodiscard]] Reply reply_to_error(const boost::system::error_code& error);

/// Nobody is worth a reply whose connection ended, was closed by stop(), or ran out of time.
[[nodiscard]] bool deserves_reply(const boost::system::error_code& error);

}  // namespace qnet::http
