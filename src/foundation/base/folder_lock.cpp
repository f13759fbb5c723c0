#include "foundation/base/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "foundation/base/private_file.hpp"

namespace qnet::base {

namespace fs = std::filesystem;

int FolderLock::take(const fs::path& folder) {
  if (const int error = make_private_folder(folder); error != 0) return error;
  auto file = std::make_unique<FileHandle>(
      ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file->valid() || ::flock(file->get(), LOCK_EX | LOCK_NB) != 0) return errno;
  file_ = std::move(file);
  return 0;
}

}  // namespace qnet::base
