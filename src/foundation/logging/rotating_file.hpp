// A file that grows to a bound and then begins anew: FILE, and FILE.1, FILE.2, … from before.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "foundation/base/append_file.hpp"

namespace qnet::logging {

struct FileLimits {
  std::size_t bytes = std::size_t{5} * 1024 * 1024;  ///< of each file; a longer line has one of its own
  std::size_t files = 5;                             ///< with the one that grows
};

/// Each of its files is its owner's alone (0600). For one thread at a time, and for one process.
class RotatingFile {
 public:
  explicit RotatingFile(std::filesystem::path file, const FileLimits& limits = {})
      : file_(std::move(file)), limits_(limits) {}

  /// Goes on where the file ends. Gives 0, or errno.
  [[nodiscard]] int open();
  /// Writes a line, with its end. Gives 0, or errno: nothing older is lost then, and the next call tries
  /// again.
  [[nodiscard]] int write(std::string_view line);

 private:
  [[nodiscard]] std::filesystem::path name_of(std::size_t number) const;
  [[nodiscard]] int rotate();

  std::filesystem::path file_;
  FileLimits limits_;
  base::AppendFile open_;
};

}  // namespace qnet::logging
