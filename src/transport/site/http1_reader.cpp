#include "transport/site/http1_reader.hpp"

#include <boost/asio/buffer.hpp>

#include "foundation/net/pump.hpp"

namespace qnet::site {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t kRead = std::size_t{16} * 1024;

std::string lower(std::string_view name) {
  std::string text(name);
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

boost::asio::const_buffer buffer(base::ByteView bytes) { return {bytes.data(), bytes.size()}; }

/// Beast asserts, in builds with assertions, that a last chunk has five bytes when it is shown once more.
/// What it was shown before is "0\r\n", and no chunk ends with the byte behind that.
bool is_part_of_last_chunk(base::ByteView bytes) {
  return bytes.size() == 4 && base::text_of(bytes).starts_with("0\r\n");
}

}  // namespace

template <bool is_request>
net::Task<base::Result<bool>> Http1Reader<is_request>::fill() {
  base::Bytes chunk(kRead);
  const auto got = co_await net::read_some(lower_, chunk);
  if (!got) co_return tl::unexpected(got.error());
  unread_.push(base::ByteView(chunk).first(*got));
  co_return *got > 0;
}

template <bool is_request>
net::Task<base::Result<bool>> Http1Reader<is_request>::wait() {
  if (!unread_.empty()) co_return true;
  co_return co_await fill();
}

template <bool is_request>
net::Task<base::Result<void>> Http1Reader<is_request>::read_head() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(static_cast<std::uint32_t>(limit_));
  parser_->body_limit(boost::none);
  for (;;) {
    boost::system::error_code error;
    const auto used = unread_.empty() ? 0 : parser_->put(buffer(unread_.view()), error);
    unread_.pop(used);
    if (parser_->is_header_done()) co_return base::Result<void>();
    if (error == http::error::header_limit) co_return base::fail(Errc::too_long);
    if (error && error != http::error::need_more) co_return base::fail(Errc::bad_http, error.message());
    if (unread_.size() > limit_) co_return base::fail(Errc::too_long);
    const auto more = co_await fill();
    if (!more) co_return tl::unexpected(more.error());
    if (!*more) co_return base::fail(Errc::bad_http, "the end inside of a header");
  }
}

template <bool is_request>
net::Task<base::Result<std::size_t>> Http1Reader<is_request>::read_body(base::MutableBytes out) {
  bool inside_of_chunk_header = false;
  while (!parser_->is_done()) {
    auto& body = parser_->get().body();
    body.data = out.data();
    body.size = out.size();
    body.more = true;
    boost::system::error_code error;
    const bool shown = !unread_.empty() && !(inside_of_chunk_header && is_part_of_last_chunk(unread_.view()));
    if (shown) unread_.pop(parser_->put(buffer(unread_.view()), error));
    const auto count = out.size() - body.size;
    if (error && error != http::error::need_more && error != http::error::need_buffer)
      co_return base::fail(Errc::bad_http, error.message());
    if (count > 0) co_return count;
    if (parser_->is_done()) break;
    if (shown && !error && !unread_.empty()) continue;
    // A chunk's header or the trailer: Beast bounds neither.
    if (unread_.size() > limit_) co_return base::fail(Errc::too_long);
    inside_of_chunk_header = !unread_.empty();
    const auto more = co_await fill();
    if (!more) co_return tl::unexpected(more.error());
    if (*more) continue;
    // A response without a length lasts until the end of the connection.
    parser_->put_eof(error);
    if (error) co_return base::fail(Errc::bad_http, error.message());
  }
  co_return std::size_t{0};
}

template <bool is_request>
Headers Http1Reader<is_request>::headers() const {
  Headers all;
  for (const auto& field : parser_->get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    all.push_back({lower({name.data(), name.size()}), std::string(value.data(), value.size())});
  }
  return all;
}

template class Http1Reader<true>;
template class Http1Reader<false>;

std::string http1_head(const std::string& start_line, const Headers& headers) {
  auto text = start_line + "\r\n";
  for (const auto& [name, value] : headers) {
    bool first = true;
    for (const char c : name) {
      text += first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      first = c == '-';
    }
    if (name == "etag") text.replace(text.size() - 4, 4, "ETag");
    constexpr std::string_view websocket = "sec-websocket-";
    if (name.starts_with(websocket))
      text.replace(text.size() - name.size(), websocket.size(), "Sec-WebSocket-");
    text += ": " + value + "\r\n";
  }
  return text + "\r\n";
}

}  // namespace qnet::site
