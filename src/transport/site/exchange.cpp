#include "transport/site/exchange.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

namespace qnet::site {

std::string http_date(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  (void)::gmtime_r(&time, &parts);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", parts);
}

std::string http_date_now() { return http_date(std::time(nullptr)); }

std::string_view reason(unsigned status) {
  namespace http = boost::beast::http;
  const auto text = http::obsolete_reason(http::int_to_status(status));
  return {text.data(), text.size()};
}

std::string status_page(unsigned status) {
  return fmt::format(
      "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
      "</body>\r\n</html>\r\n",
      status, reason(status));
}

net::Task<void> respond_with_page(Exchange& exchange, unsigned status) {
  const auto page = status_page(status);
  const Response response{status,
                          {{"date", http_date_now()},
                           {"content-type", "text/html"},
                           {"content-length", std::to_string(page.size())}}};
  const bool has_body = exchange.request().method != "HEAD";
  if (const auto sent = co_await exchange.respond(response, has_body); !sent || !has_body) co_return;
  if (const auto sent = co_await exchange.write_body(base::bytes_of(page)); !sent) co_return;
  (void)co_await exchange.finish();
}

}  // namespace qnet::site
