// What of a folder a request names, without I/O but for looking.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace qnet::site {

/// The file below `root` that a target names, links followed; nothing when it is outside of it, hidden, or
/// not there. A folder is its index.html; `folder_without_slash` is set when the target lacks the slash of
/// one.
[[nodiscard]] std::optional<std::filesystem::path> find_file(const std::filesystem::path& root,
                                                             std::string_view target,
                                                             bool& folder_without_slash);

/// A single range of a file (RFC 9110 §14.1.2), as offset and size; nothing for other forms.
struct Range {
  std::uint64_t offset;
  std::uint64_t size;
};
[[nodiscard]] std::optional<Range> parse_range(std::string_view field, std::uint64_t file_size,
                                               bool& unsatisfiable);

[[nodiscard]] std::string_view content_type(const std::filesystem::path& file);

}  // namespace qnet::site
