#include "foundation/base/append_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace qnet::base {

int AppendFile::open(const std::filesystem::path& file) {
  close();
  // O_NONBLOCK, as opening a pipe of that name would wait for ever.
  const int fd =
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
  if (fd < 0) return errno;
  fd_.emplace(fd);
  struct stat info{};
  int problem = ::fstat(fd, &info) != 0 ? errno : 0;
  if (problem == 0 && !S_ISREG(info.st_mode)) problem = EINVAL;
  if (problem == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::fchmod(fd, S_IRUSR | S_IWUSR) != 0)
    problem = errno;
  if (problem != 0) {
    close();
    return problem;
  }
  size_ = static_cast<std::size_t>(info.st_size);
  return 0;
}

int AppendFile::append(std::string_view text) {
  if (!fd_) return EBADF;
  while (!text.empty()) {
    const auto count = ::write(fd_->get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    size_ += static_cast<std::size_t>(count);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace qnet::base
