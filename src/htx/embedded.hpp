// The data files of data/, compiled in (cmake/EmbedData.cmake).
#pragma once

#include <span>
#include <string_view>

namespace qnet::htx {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

[[nodiscard]] std::span<const EmbeddedFile> embedded_templates();
[[nodiscard]] std::span<const EmbeddedFile> embedded_profiles();

}  // namespace qnet::htx
