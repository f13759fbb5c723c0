// For tests: a web site's folder, and things beside it that must not be seen.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace qnet::site::testing {

class SiteFolder {
 public:
  SiteFolder() {
    namespace fs = std::filesystem;
    std::string pattern = (fs::temp_directory_path() / "qnet-site-XXXXXX").string();
    base = fs::canonical(::mkdtemp(pattern.data()));
    root = base / "www";
    fs::create_directories(root / "sub dir");
    fs::create_directories(root / "empty");
    write("www/index.html", "home");
    write("www/sub dir/index.html", "sub");
    write("www/.secret", "hidden");
    write("outside", "outside");
    fs::create_symlink(base / "outside", root / "link");
  }
  SiteFolder(const SiteFolder&) = delete;
  SiteFolder& operator=(const SiteFolder&) = delete;
  ~SiteFolder() { std::filesystem::remove_all(base); }

  /// `name` is below `base`.
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(base / name, std::ios::binary) << text;
  }

  std::filesystem::path base;
  std::filesystem::path root;  ///< of the web site
};

}  // namespace qnet::site::testing
