// A folder that one process has to itself.
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/base/file_handle.hpp"

namespace qnet::base {

/// Held as long as this object lives. The system ends it with the process, however that ends (flock(2)), so
/// that the file "lock" may stay in the folder.
class FolderLock {
 public:
  /// Makes the folder, for this user alone, when it is not there. Gives 0, or errno: EWOULDBLOCK when another
  /// process, or another FolderLock, has the folder.
  [[nodiscard]] int take(const std::filesystem::path& folder);

 private:
  std::unique_ptr<FileHandle> file_;
};

}  // namespace qnet::base
