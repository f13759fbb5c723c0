// Who may ask a server that is for this machine alone: names in the header field Host, and pages in a
// browser.
#pragma once

#include <string_view>

namespace qnet::http {

/// "localhost", "127.0.0.1" or "[::1]", with any port or none. Any other name means that a web page made its
/// own name point at this machine to read an API through a person's browser (DNS rebinding).
[[nodiscard]] bool is_local_host(std::string_view host);

/// What a browser says of a request (Fetch Metadata, W3C); each is empty where it was not sent.
struct Asked {
  std::string_view host;
  std::string_view origin;
  std::string_view site;  ///< Sec-Fetch-Site
  std::string_view mode;  ///< Sec-Fetch-Mode
};

/// Whether a browser asks for a page that is not this server's own: a page of somebody else may not read what
/// is here, nor change it. Going to an address here from another page is no such request.
[[nodiscard]] bool is_of_another_page(const Asked& asked);

}  // namespace qnet::http
