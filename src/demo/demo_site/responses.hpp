// What the site answers to a request's header, without I/O. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

namespace qnet::demo_site {

namespace http = boost::beast::http;

using Parser = http::request_parser<http::buffer_body>;
using Request = Parser::value_type;

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

struct Upload {
  std::uint64_t bytes = 0;
  bool is_pattern = true;  ///< the body was the first bytes of /bytes/N
};

/// The target without its query.
[[nodiscard]] std::string_view path_of(const Request& request);

[[nodiscard]] bool is_upload(const Request& request);
[[nodiscard]] bool expects_continue(const Request& request);

/// N, for a GET or HEAD of /bytes/N with N at most `limit`.
[[nodiscard]] std::optional<std::uint64_t> download_size(const Request& request, std::uint64_t limit);

/// Each of these is a whole response as text, but for the download, which is its header.
[[nodiscard]] std::string response_to(const Request& request, bool keep_alive);
[[nodiscard]] std::string download_header(std::uint64_t size, unsigned version, bool keep_alive);
[[nodiscard]] std::string upload_response(const Upload& upload, unsigned version, bool keep_alive);
[[nodiscard]] std::string refusal(http::status status, unsigned version, bool head, bool keep_alive);

/// Whether a request that cannot be read is answered before the connection is closed, and how.
[[nodiscard]] bool deserves_response(const boost::system::error_code& error);
[[nodiscard]] http::status status_for(const boost::system::error_code& error);

}  // namespace qnet::demo_site
