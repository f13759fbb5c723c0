// HTTP/2 as a browser begins it: for visits of a page and of an origin. No I/O.
#pragma once

#include <memory>
#include <string>

#include "protocol/client_hello/page_request.hpp"
#include "protocol/h2/engine.hpp"

namespace qnet::mirror {

/// One whose first frames are the browser's preface, SETTINGS and WINDOW_UPDATE.
[[nodiscard]] std::unique_ptr<h2::Engine> make_browser_http2(const client_hello::PageRequest& page);

/// What waits to be sent, for one record.
[[nodiscard]] base::Bytes frames_of(h2::Engine& http2);

/// Asks for the page. `authority` is the server's name, with its port where that is not 443.
[[nodiscard]] base::Result<void> ask_for_page(h2::Engine& http2, const client_hello::PageRequest& page,
                                              const std::string& authority);

}  // namespace qnet::mirror
