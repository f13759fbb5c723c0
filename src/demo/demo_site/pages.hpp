// The site's pages, without I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qnet::demo_site {

struct Page {
  std::string_view content_type;
  std::string body;
};

/// "/", "/fifty" or "/img/1.svg" to "/img/50.svg"; nothing for any other path.
[[nodiscard]] std::optional<Page> page(std::string_view path);

}  // namespace qnet::demo_site
