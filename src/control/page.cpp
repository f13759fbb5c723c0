#include "control/page.hpp"

#include "control/embedded.hpp"

namespace qnet::control {

namespace {

constexpr std::string_view kForPrograms =
    "QNet is running. This is a page for browsers; ask for /status.txt, or /status for JSON.\n";

/// `policy`: nothing but the page's own script and style runs, nothing is loaded from elsewhere, and no other
/// page shows it in a frame.
http::Reply page(const http::Request& request) {
  if (request.accept_encoding.find("gzip") == std::string_view::npos)
    return {200, "text/plain; charset=utf-8", std::string(kForPrograms), {}};
  const auto built = embedded_page();
  return {200,
          "text/html; charset=utf-8",
          http::Body(nullptr, built.gzip),
          {{"Content-Encoding", "gzip"},
           {"Content-Security-Policy", std::string(built.policy)},
           {"Referrer-Policy", "no-referrer"},
           {"X-Frame-Options", "DENY"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Cross-Origin-Resource-Policy", "same-origin"}}};
}

}  // namespace

http::Route page_route() {
  return {"GET", "/", [](const http::Request& request, const http::Arguments&) { return page(request); }};
}

}  // namespace qnet::control
