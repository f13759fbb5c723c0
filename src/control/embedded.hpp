// What was compiled in for the API and its page.
#pragma once

#include <span>
#include <string_view>

#include "foundation/base/embedded_file.hpp"

namespace qnet::control {

/// The tables of words, data/words/LANGUAGE.json, by their language ("en"): the sentences that the page and
/// the command line share, by key.
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_words();

/// The status page as it is sent: web/status, in one file.
struct Page {
  std::string_view gzip;  ///< HTML, with Content-Encoding: gzip
  std::string_view
      policy;  ///< its Content-Security-Policy: it names the page's own script and style by hashes
};
[[nodiscard]] Page embedded_page();

}  // namespace qnet::control
