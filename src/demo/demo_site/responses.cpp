#include "demo/demo_site/responses.hpp"

#include <charconv>
#include <sstream>

#include <fmt/format.h>
#include <boost/beast/http.hpp>

#include "demo/demo_site/pages.hpp"

namespace qnet::demo_site {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";

std::string_view view(const boost::beast::string_view& text) { return {text.data(), text.size()}; }

boost::beast::string_view view(std::string_view text) { return {text.data(), text.size()}; }

bool is_read(const Request& request) {
  return request.method() == http::verb::get || request.method() == http::verb::head;
}

std::string header(http::status status, unsigned version, bool keep_alive, std::string_view content_type,
                   std::uint64_t size) {
  http::response<http::empty_body> response(status, version);
  response.set(http::field::server, "QNet demo");
  response.set(http::field::content_type, view(content_type));
  response.set("X-Content-Type-Options", "nosniff");
  if (status == http::status::method_not_allowed) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(keep_alive);
  response.content_length(size);
  return (std::ostringstream() << response.base()).str();
}

std::string headers_text(const Request& request) {
  auto text = fmt::format("{} {} HTTP/{}.{}\n", view(request.method_string()), view(request.target()),
                          request.version() / 10, request.version() % 10);
  for (const auto& field : request)
    text += fmt::format("{}: {}\n", view(field.name_string()), view(field.value()));
  return text;
}

}  // namespace

std::string_view path_of(const Request& request) {
  const auto target = view(request.target());
  return target.substr(0, target.find('?'));
}

bool is_upload(const Request& request) {
  return request.method() == http::verb::post || request.method() == http::verb::put;
}

bool expects_continue(const Request& request) {
  return request.version() >= 11 && boost::beast::iequals(request[http::field::expect], "100-continue");
}

std::optional<std::uint64_t> download_size(const Request& request, std::uint64_t limit) {
  constexpr std::string_view kPrefix = "/bytes/";
  auto path = path_of(request);
  if (!is_read(request) || !path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), size);
  if (path.empty() || error != std::errc() || end != path.data() + path.size() || size > limit)
    return std::nullopt;
  return size;
}

std::string response_to(const Request& request, bool keep_alive) {
  const bool head = request.method() == http::verb::head;
  const auto path = path_of(request);
  auto found = page(path);
  if (path == "/headers") found = Page{kText, headers_text(request)};
  if (!found && path != "/upload")
    return refusal(http::status::not_found, request.version(), head, keep_alive);
  if (!found || !is_read(request))
    return refusal(http::status::method_not_allowed, request.version(), head, keep_alive);
  auto text =
      header(http::status::ok, request.version(), keep_alive, found->content_type, found->body.size());
  return head ? text : text + found->body;
}

std::string download_header(std::uint64_t size, unsigned version, bool keep_alive) {
  return header(http::status::ok, version, keep_alive, "application/octet-stream", size);
}

std::string upload_response(const Upload& upload, unsigned version, bool keep_alive) {
  const auto body = fmt::format("{{\"bytes\":{},\"is_pattern\":{}}}\n", upload.bytes, upload.is_pattern);
  return header(http::status::ok, version, keep_alive, "application/json", body.size()) + body;
}

std::string refusal(http::status status, unsigned version, bool head, bool keep_alive) {
  const auto body =
      fmt::format("{} {}\n", static_cast<unsigned>(status), view(http::obsolete_reason(status)));
  auto text = header(status, version, keep_alive, kText, body.size());
  return head ? text : text + body;
}

bool deserves_response(const boost::system::error_code& error) {
  return error.category() == http::make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

http::status status_for(const boost::system::error_code& error) {
  if (error == http::error::body_limit) return http::status::payload_too_large;
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return http::status::request_header_fields_too_large;
  return http::status::bad_request;
}

}  // namespace qnet::demo_site
