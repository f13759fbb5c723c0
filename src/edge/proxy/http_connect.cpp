#include "edge/proxy/http_connect.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/url/parse.hpp>

namespace qnet::proxy {

namespace {

namespace http = boost::beast::http;
using peer::ConnectStatus;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Answer {
  unsigned code;
  std::string_view reason;
  std::string_view text;
  std::string_view header;
};

base::Bytes encode(const Answer& answer) {
  const auto text = fmt::format(
      "HTTP/1.1 {} {}\r\n{}Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n"
      "Connection: close\r\n\r\n{}\n",
      answer.code, answer.reason, answer.header, answer.text.size() + 1, answer.text);
  const auto bytes = base::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

constexpr Answer kMalformed{400, "Bad Request", "This is not an HTTP request that QNet understands.", ""};
constexpr Answer kBadTarget{400, "Bad Request", "CONNECT needs HOST:PORT, such as www.example.com:443.", ""};
constexpr Answer kTooLong{431, "Request Header Fields Too Large",
                          "The request's headers are longer than 16 KiB.", ""};
constexpr Answer kNotConnect{
    405, "Method Not Allowed",
    "QNet passes on CONNECT only: set this address as your program's SOCKS5 proxy (socks5h), or use https.",
    "Allow: CONNECT\r\n"};
constexpr Answer kBadPreference{
    400, "Bad Request",
    "The user name asks for a way that QNet does not know: write hops=1 to hops=5, or "
    "country= and two letters, once each, with a comma between them.",
    ""};
constexpr Answer kPassword{407, "Proxy Authentication Required",
                           "This proxy needs a user name and a password.",
                           "Proxy-Authenticate: Basic realm=\"QNet\"\r\n"};

/// The error types are those of Proxy-Status (RFC 9209 §2.3).
Answer answer_for(ConnectStatus status) {
  switch (status) {
    case ConnectStatus::not_allowed:
      return {403, "Forbidden", "The exit does not connect to this destination.",
              "Proxy-Status: qnet; error=http_request_denied\r\n"};
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

/// RFC 4648 §4, whose padding and two of whose digits are not those of base64url.
std::optional<base::Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string url(text);
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  return base::from_base64url(url);
}

constexpr std::string_view kBasic = "basic ";

bool is_basic(std::string_view header) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return header.size() >= kBasic.size() && std::ranges::equal(header.substr(0, kBasic.size()), kBasic, same);
}

/// "USER:PASSWORD" in a Proxy-Authorization of the Basic scheme (RFC 7617).
std::optional<std::string> user_and_password(std::string_view header) {
  if (!is_basic(header)) return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', kBasic.size()), header.size()));
  const auto decoded = from_base64(header);
  if (!decoded) return std::nullopt;
  const auto text = base::text_of(*decoded);
  return text.find(':') == std::string_view::npos ? std::nullopt : std::optional<std::string>(text);
}

/// What the program prefers, or why it may not come in.
tl::expected<Preference, Answer> judge_user(std::string_view header,
                                            const std::optional<Credentials>& credentials) {
  const auto given = user_and_password(header);
  if (!given && credentials) return tl::unexpected(kPassword);
  // It may hold a wish that cannot be read.
  if (!given && is_basic(header)) return tl::unexpected(kBadPreference);
  if (!given) return Preference{};
  const auto colon = given->find(':');
  const auto user = std::string_view(*given).substr(0, colon);
  const auto password = std::string_view(*given).substr(colon + 1);
  if (credentials && !credentials->match(user, password)) return tl::unexpected(kPassword);
  auto preference = preference_of(user, password);
  if (!preference) return tl::unexpected(kBadPreference);
  return std::move(*preference);
}

/// The authority form of a request target (RFC 9112 §3.2.3).
std::optional<Destination> parse_target(std::string_view target) {
  const auto parsed = boost::urls::parse_authority({target.data(), target.size()});
  if (!parsed || parsed->has_userinfo()) return std::nullopt;
  Destination destination{{}, parsed->port_number()};
  switch (parsed->host_type()) {
    case boost::urls::host_type::ipv6:
      destination.host = peer::ipv6_text(parsed->host_ipv6_address().to_bytes());
      break;
    case boost::urls::host_type::ipv4:
    case boost::urls::host_type::name:
      destination.host = std::string(parsed->encoded_host().data(), parsed->encoded_host().size());
      break;
    default: return std::nullopt;
  }
  if (!is_acceptable(destination)) return std::nullopt;
  return destination;
}

struct Asked {
  Destination destination;
  Preference preference;
};

/// What is asked for, or why it is refused. `head` ends with its empty line.
tl::expected<Asked, Answer> judge(std::string_view head, const std::optional<Credentials>& credentials) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(HttpConnectLimits::head));
  // What follows the head belongs to the tunnel, whatever the head says of a body (RFC 9110 §9.3.6).
  parser.skip(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head), error);
  if (error || !parser.is_header_done()) return tl::unexpected(kMalformed);

  const auto& request = parser.get();
  if (request.method() != http::verb::connect) return tl::unexpected(kNotConnect);
  const auto header = request[http::field::proxy_authorization];
  auto preference = judge_user({header.data(), header.size()}, credentials);
  if (!preference) return tl::unexpected(preference.error());
  const auto target = request.target();
  auto destination = parse_target({target.data(), target.size()});
  if (!destination) return tl::unexpected(kBadTarget);
  return Asked{std::move(*destination), std::move(*preference)};
}

}  // namespace

void HttpConnect::advance() {
  const auto text = base::text_of(input()).substr(0, HttpConnectLimits::head);
  // The end may have begun with the last bytes of what was searched before.
  const auto end = text.find(kHeadEnd, searched_ - std::min(searched_, kHeadEnd.size() - 1));
  searched_ = text.size();
  if (end == std::string_view::npos) {
    if (text.size() == HttpConnectLimits::head) refuse(encode(kTooLong));
    return;
  }
  const auto size = end + kHeadEnd.size();
  auto asked = judge(text.substr(0, size), credentials_);
  if (!asked) return refuse(encode(asked.error()));
  drop(size);
  prefer(std::move(asked->preference));
  request(std::move(asked->destination));
}

base::Bytes HttpConnect::reply(ConnectStatus status) const {
  if (status != ConnectStatus::ok) return encode(answer_for(status));
  const auto bytes = base::bytes_of("HTTP/1.1 200 Connection established\r\n\r\n");
  return {bytes.begin(), bytes.end()};
}

}  // namespace qnet::proxy
