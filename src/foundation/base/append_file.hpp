// A file of this user's alone (0600) that grows at its end: a log.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

#include "foundation/base/file_handle.hpp"

namespace qnet::base {

class AppendFile {
 public:
  /// Opens `file`, and makes it where there is none. One that others could read becomes its owner's alone.
  /// Closes what was open before. Gives 0, or errno; EINVAL for what is no ordinary file, such as a pipe.
  [[nodiscard]] int open(const std::filesystem::path& file);
  void close() { fd_.reset(); }
  [[nodiscard]] bool is_open() const { return fd_.has_value(); }

  /// Gives 0, or errno; then a part of `text` may have been written.
  [[nodiscard]] int append(std::string_view text);
  /// Bytes: what was there when it was opened, and what was appended since.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::optional<FileHandle> fd_;
  std::size_t size_ = 0;
};

}  // namespace qnet::base
