// A web site of files in a folder, served as an ordinary web server does.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cover_site/exchange.hpp"
#include "cover_site/limits.hpp"

namespace qnet::cover_site {

class FolderSite final : public Site {
 public:
  /// Refuses a folder that is none, or that has no index.html to show.
  [[nodiscard]] static base::Result<std::unique_ptr<FolderSite>> open(const std::filesystem::path& folder,
                                                                      const Limits& limits);
  net::Task<void> serve(Exchange& exchange) const override;

 private:
  FolderSite(std::filesystem::path root, const Limits& limits) : root_(std::move(root)), limits_(limits) {}
  net::Task<void> serve_file(Exchange& exchange, std::filesystem::path file) const;

  std::filesystem::path root_;
  Limits limits_;
};

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

}  // namespace qnet::cover_site
