#include "proxy/http_connect.hpp"

#include <algorithm>

#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include "mesh/address.hpp"

namespace qnet::proxy {

namespace {

namespace http = boost::beast::http;
using mesh::ConnectStatus;

struct Answer {
  unsigned code;
  std::string_view reason;
  std::string_view text;
  std::string_view header;
};

base::Bytes encode(const Answer& answer) {
  const auto text = fmt::format(
      "HTTP/1.1 {} {}\r\n{}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}\n",
      answer.code, answer.reason, answer.header, answer.text.size() + 1, answer.text);
  const auto bytes = base::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

const Answer kMalformed{400, "Bad Request", "This is not an HTTP request that QNet understands.", ""};
const Answer kTooLong{431, "Request Header Fields Too Large", "The request's headers are longer than 16 KiB.", ""};
const Answer kNotConnect{405, "Method Not Allowed",
                         "QNet passes on CONNECT only: set it as the SOCKS5 proxy (socks5h) of your program, or use https.",
                         "Allow: CONNECT\r\n"};
const Answer kPassword{407, "Proxy Authentication Required", "This proxy needs a user name and a password.",
                       "Proxy-Authenticate: Basic realm=\"QNet\"\r\n"};

Answer answer_for(ConnectStatus status) {
  switch (status) {
    case ConnectStatus::not_allowed:
      return {403, "Forbidden", "The exit does not connect to this destination.",
              "Proxy-Status: qnet; error=destination_ip_prohibited\r\n"};
    case ConnectStatus::refused:
      return {502, "Bad Gateway", "The site refused the connection.",
              "Proxy-Status: qnet; error=connection_refused\r\n"};
    case ConnectStatus::host_unreachable:
    case ConnectStatus::network_unreachable:
      return {502, "Bad Gateway", "The site cannot be found or reached.",
              "Proxy-Status: qnet; error=destination_ip_unroutable\r\n"};
    case ConnectStatus::timeout:
      return {504, "Gateway Timeout", "The site did not answer in time.",
              "Proxy-Status: qnet; error=connection_timeout\r\n"};
    case ConnectStatus::ok:
    case ConnectStatus::general_failure: break;
  }
  return {502, "Bad Gateway", "QNet could not reach the site: `qnet status` tells more.",
          "Proxy-Status: qnet; error=proxy_internal_error\r\n"};
}

/// The user and password of a Basic credential (RFC 7617).
std::optional<std::pair<std::string, std::string>> basic_credentials(std::string_view header) {
  constexpr std::string_view scheme = "basic ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (header.size() < scheme.size() || !std::ranges::equal(header.substr(0, scheme.size()), scheme, same))
    return std::nullopt;
  header.remove_prefix(scheme.size());
  namespace base64 = boost::beast::detail::base64;
  std::string decoded(base64::decoded_size(header.size()), '\0');
  decoded.resize(base64::decode(decoded.data(), header.data(), header.size()).first);
  const auto colon = decoded.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(decoded.substr(0, colon), decoded.substr(colon + 1));
}

}  // namespace

struct HttpConnect::Parser : http::request_parser<http::empty_body> {};

HttpConnect::HttpConnect(std::optional<Credentials> credentials)
    : parser_(std::make_unique<Parser>()), credentials_(std::move(credentials)) {
  parser_->header_limit(static_cast<std::uint32_t>(HttpConnectLimits::head));
  // What follows the head belongs to the tunnel, whatever the head says of a body.
  parser_->skip(true);
}

HttpConnect::~HttpConnect() = default;

void HttpConnect::feed(base::ByteView bytes) {
  base::append(input_, bytes);
  while (state_ == State::reading) {
    boost::system::error_code error;
    const auto used = parser_->put(boost::asio::buffer(input_), error);
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used));
    if (parser_->is_header_done()) return judge();
    if (error == http::error::header_limit || input_.size() > HttpConnectLimits::head) return refuse(encode(kTooLong));
    if (error && error != http::error::need_more) return refuse(encode(kMalformed));
    if (error == http::error::need_more || used == 0) return;
  }
}

void HttpConnect::judge() {
  const auto& request = parser_->get();
  if (request.method() != http::verb::connect) return refuse(encode(kNotConnect));
  if (credentials_) {
    const auto header = request[http::field::proxy_authorization];
    const auto given = basic_credentials({header.data(), header.size()});
    if (!given || !credentials_->match(given->first, given->second)) return refuse(encode(kPassword));
  }
  const auto target = request.target();
  auto address = mesh::parse_host_port({target.data(), target.size()});
  if (!address || !is_acceptable_host(address->host)) return refuse(encode(kMalformed));
  destination_ = {std::move(address->host), address->port};
  state_ = State::requested;
}

base::Bytes HttpConnect::reply(ConnectStatus status) const {
  if (status != ConnectStatus::ok) return encode(answer_for(status));
  const auto bytes = base::bytes_of("HTTP/1.1 200 Connection established\r\n\r\n");
  return {bytes.begin(), bytes.end()};
}

}  // namespace qnet::proxy
