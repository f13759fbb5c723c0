// A web site of files in a folder, served as an ordinary web server does.
#pragma once

#include <filesystem>
#include <memory>

#include "transport/site/exchange.hpp"
#include "transport/site/limits.hpp"

namespace qnet::site {

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

}  // namespace qnet::site
