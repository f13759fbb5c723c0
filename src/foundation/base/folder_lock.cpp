#include "foundation/base/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace qnet::base {

namespace fs = std::filesystem;

int FolderLock::take(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return error.value();
  auto file = std::make_unique<FileHandle>(
      ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file->valid() || ::flock(file->get(), LOCK_EX | LOCK_NB) != 0) return errno;
  file_ = std::move(file);
  return 0;
}

}  // namespace qnet::base
