#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "mesh/identity.hpp"

namespace qnet::mesh {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qnet-identity-1\n";
constexpr std::size_t kSecret = 32;
constexpr std::size_t kFileSize = kMagic.size() + 2 * kSecret;

enum class Existing { keep, replace };

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

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
  Descriptor fd_;
};

tl::unexpected<base::Error> failed(Errc code, const fs::path& file, int error = 0) {
  auto context = file.string();
  if (error != 0) context += " (" + std::generic_category().message(error) + ")";
  return base::fail(code, std::move(context));
}

bool write_durably(int fd, base::ByteView bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

/// Some file systems cannot do this for a folder, and say so with EINVAL.
bool sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.valid() && (::fsync(fd.get()) == 0 || errno == EINVAL);
}

bool give_name(const char* temporary, const fs::path& file, Existing existing) {
  // Unlike rename, link fails when the name is taken.
  if (existing == Existing::keep) return ::link(temporary, file.c_str()) == 0;
  return ::rename(temporary, file.c_str()) == 0;
}

crypto::Secret<kFileSize> file_content(const Identity& identity) {
  crypto::Secret<kFileSize> content;
  auto* out = std::ranges::copy(kMagic, content.data().data()).out;
  out = std::ranges::copy(identity.signing.seed.view(), out).out;
  std::ranges::copy(identity.noise.secret.view(), out);
  return content;
}

/// The system's error number, 0 for success.
int write_identity(const Identity& identity, const fs::path& folder, Existing existing) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (!error && made) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return error.value();

  const auto file = identity_file(folder);
  const TemporaryFile temporary(file);
  if (temporary.fd() < 0 || !write_durably(temporary.fd(), file_content(identity).view()) ||
      !give_name(temporary.name(), file, existing) || !sync_folder(folder))
    return errno;
  return 0;
}

}  // namespace

fs::path identity_file(const fs::path& folder) { return folder / "identity.key"; }

base::Result<Identity> load_identity(const fs::path& folder) {
  const auto file = identity_file(folder);
  // O_NONBLOCK, as opening a pipe of that name would wait for ever.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid())
    return errno == ENOENT ? failed(Errc::identity_missing, file)
                           : failed(Errc::identity_unreadable, file, errno);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return failed(Errc::identity_unreadable, file, errno);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return failed(Errc::identity_exposed, file);
  if (!S_ISREG(info.st_mode) || info.st_size != static_cast<off_t>(kFileSize))
    return failed(Errc::identity_damaged, file);

  crypto::Secret<kFileSize> content;
  const auto got = ::read(fd.get(), content.data().data(), kFileSize);
  if (got < 0) return failed(Errc::identity_unreadable, file, errno);
  if (got != static_cast<ssize_t>(kFileSize) || base::text_of(content.view().first(kMagic.size())) != kMagic)
    return failed(Errc::identity_damaged, file);
  const auto secrets = content.view().subspan<kMagic.size()>();
  return Identity{crypto::Ed25519KeyPair::from_seed(crypto::Ed25519Seed(secrets.first<kSecret>())),
                  crypto::X25519KeyPair::from_secret(crypto::X25519Secret(secrets.last<kSecret>()))};
}

base::Result<void> save_identity(const Identity& identity, const fs::path& folder) {
  const int error = write_identity(identity, folder, Existing::replace);
  if (error != 0) return failed(Errc::identity_unwritable, identity_file(folder), error);
  return {};
}

base::Result<Identity> load_or_create_identity(const fs::path& folder, base::RandomSource& random) {
  auto loaded = load_identity(folder);
  if (loaded || !loaded.error().is(Errc::identity_missing)) return loaded;
  auto identity = Identity::generate(random);
  const int error = write_identity(identity, folder, Existing::keep);
  if (error == EEXIST) return load_identity(folder);
  if (error != 0) return failed(Errc::identity_unwritable, identity_file(folder), error);
  return identity;
}

}  // namespace qnet::mesh
