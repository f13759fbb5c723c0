#include "foundation/base/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "foundation/base/file_handle.hpp"

namespace qnet::base {

namespace {

namespace fs = std::filesystem;

/// A file beside its final place. Goes away with this object; a link or a new name given before then stays.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& beside)
      : name_(beside.string() + ".XXXXXX"), fd_(::mkostemp(name_.data(), O_CLOEXEC)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (fd_.valid()) ::unlink(name_.c_str());
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const char* name() const { return name_.c_str(); }

 private:
  std::string name_;
  FileHandle fd_;
};

bool write_durably(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

/// Some file systems cannot do this for a folder, and say so with EINVAL.
bool sync_folder(const fs::path& folder) {
  const FileHandle fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && (::fsync(fd.get()) == 0 || errno == EINVAL);
}

bool give_name(const char* temporary, const fs::path& file, Existing existing) {
  // Unlike rename, link fails when the name is taken.
  if (existing == Existing::keep) return ::link(temporary, file.c_str()) == 0;
  return ::rename(temporary, file.c_str()) == 0;
}

}  // namespace

int write_file_durably(const fs::path& file, ByteView content, Existing existing) {
  const TemporaryFile temporary(file);
  if (temporary.fd() < 0 || !write_durably(temporary.fd(), content) ||
      !give_name(temporary.name(), file, existing) || !sync_folder(file.parent_path()))
    return errno;
  return 0;
}

}  // namespace qnet::base
