#include "transport/site/client_request.hpp"

#include "foundation/net/pump.hpp"
#include "protocol/h2/stream.hpp"
#include "protocol/websocket/stream.hpp"
#include "transport/site/error.hpp"
#include "transport/site/http1_reader.hpp"
#include "transport/site/http1_server.hpp"

namespace qnet::site {

namespace {

// Seen by a web server in front only; a browser's, as it would come from one.
constexpr std::string_view kUserAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
constexpr std::size_t kHeaderBytes = std::size_t{64} * 1024;
constexpr std::uint16_t kHttps = 443;

std::string authority(const ClientRequest& request) {
  return request.port == kHttps ? request.host : request.host + ":" + std::to_string(request.port);
}

std::string cookie(const ClientRequest& request) { return request.names.cookie + "=" + request.token; }

}  // namespace

net::Task<base::Result<void>> open_h2(std::unique_ptr<net::ByteStream>& stream, const ClientRequest& request,
                                      base::ByteView opening) {
  const auto host = authority(request);
  const h2::Headers headers{{":method", "POST"},
                            {":authority", host},
                            {":scheme", "https"},
                            {":path", request.names.path},
                            {"user-agent", std::string(kUserAgent)},
                            {"content-type", "application/octet-stream"},
                            {"accept", "*/*"},
                            {"origin", "https://" + host},
                            {"sec-fetch-site", "same-origin"},
                            {"sec-fetch-mode", "cors"},
                            {"sec-fetch-dest", "empty"},
                            {"accept-encoding", "gzip, deflate, br, zstd"},
                            {"accept-language", "en-US,en;q=0.9"},
                            {"cookie", cookie(request)}};
  const auto connection = h2::Connection::start(std::move(stream), h2::Role::client, h2::Limits::browser());
  auto opened = connection->request(headers);
  if (!opened) co_return tl::unexpected(opened.error());
  auto& body = **opened;
  stream = std::move(*opened);
  if (auto sent = co_await net::write_all(body, opening); !sent) co_return sent;
  if (auto came = co_await body.wait_headers(); !came) co_return came;
  if (h2::find(body.headers(), ":status") != "200") co_return base::fail(Errc::not_recognised);
  co_return base::Result<void>();
}

net::Task<base::Result<void>> open_websocket(std::unique_ptr<net::ByteStream>& stream,
                                             const ClientRequest& request, base::ByteView opening,
                                             base::RandomSource& random) {
  base::Bytes nonce(16);  // RFC 6455 §4.1
  random.fill(nonce);
  auto key = base::to_base64url(nonce);
  for (auto& c : key) c = c == '-' ? '+' : c == '_' ? '/' : c;
  key += "==";
  const auto host = authority(request);
  const auto head =
      http1_head("GET " + request.names.path + " HTTP/1.1", {{"host", host},
                                                             {"connection", "Upgrade"},
                                                             {"pragma", "no-cache"},
                                                             {"cache-control", "no-cache"},
                                                             {"user-agent", std::string(kUserAgent)},
                                                             {"upgrade", "websocket"},
                                                             {"origin", "https://" + host},
                                                             {"sec-websocket-version", "13"},
                                                             {"accept-encoding", "gzip, deflate, br, zstd"},
                                                             {"accept-language", "en-US,en;q=0.9"},
                                                             {"cookie", cookie(request)},
                                                             {"sec-websocket-key", key}});
  if (auto sent = co_await net::write_all(*stream, base::bytes_of(head)); !sent) co_return sent;
  Http1Reader<false> reader(*stream, kHeaderBytes);
  if (auto read = co_await reader.read_head(); !read) co_return read;
  if (reader.parser().get().result_int() != 101 ||
      find(reader.headers(), "sec-websocket-accept") != websocket_accept(key))
    co_return base::fail(Errc::not_recognised);
  const auto behind = reader.unread().view();
  const base::Bytes unread(behind.begin(), behind.end());
  stream = std::make_unique<websocket::Stream>(std::move(stream), websocket::Role::client, random, unread);
  co_return co_await net::write_all(*stream, opening);
}

}  // namespace qnet::site
