#include "foundation/base/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "foundation/base/file_handle.hpp"

namespace qnet::base {

namespace {

using Outcome = PrivateRead::Outcome;

/// Fewer bytes than wanted when the file ends; negative when reading fails.
ssize_t read_whole(int fd, MutableBytes content) {
  std::size_t got = 0;
  while (got < content.size()) {
    const auto count = ::read(fd, content.data() + got, content.size() - got);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return count;
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(got);
}

}  // namespace

PrivateRead read_private_file(const std::filesystem::path& file, MutableBytes content) {
  // O_NONBLOCK, as opening a pipe of that name would wait for ever.
  const FileHandle fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return {errno == ENOENT ? Outcome::missing : Outcome::unreadable, errno};
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return {Outcome::unreadable, errno};
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return {Outcome::exposed};
  if (!S_ISREG(info.st_mode) || info.st_size != static_cast<off_t>(content.size()))
    return {Outcome::other_size};
  const auto got = read_whole(fd.get(), content);
  if (got < 0) return {Outcome::unreadable, errno};
  return {got == static_cast<ssize_t>(content.size()) ? Outcome::done : Outcome::other_size};
}

int make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (!error && made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return error.value();
}

}  // namespace qnet::base
