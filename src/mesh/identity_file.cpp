// identity.key: "qnet-identity-1\n", then the Ed25519 seed and the X25519 secret, 32 bytes each.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "mesh/identity.hpp"

namespace qnet::mesh {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qnet-identity-1\n";
constexpr std::size_t kSecret = 32;
constexpr std::size_t kFileSize = kMagic.size() + 2 * kSecret;

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

bool write_whole(int fd, base::ByteView bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return ::fsync(fd) == 0;
}

tl::unexpected<base::Error> failed(Errc code, const fs::path& file) { return base::fail(code, file.string()); }

}  // namespace

fs::path identity_file(const fs::path& folder) { return folder / "identity.key"; }

base::Result<Identity> load_identity(const fs::path& folder) {
  const auto file = identity_file(folder);
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) return failed(Errc::identity_unreadable, file);
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) return failed(Errc::identity_exposed, file);
  crypto::Secret<kFileSize> content;
  if (info.st_size != static_cast<off_t>(kFileSize) ||
      ::read(fd.get(), content.data().data(), kFileSize) != static_cast<ssize_t>(kFileSize) ||
      base::text_of(content.view().first(kMagic.size())) != kMagic)
    return failed(Errc::identity_unreadable, file);
  const auto secrets = content.view().subspan<kMagic.size()>();
  return Identity{crypto::Ed25519KeyPair::from_seed(crypto::Ed25519Seed(secrets.first<kSecret>())),
                  crypto::X25519KeyPair::from_secret(crypto::X25519Secret(secrets.last<kSecret>()))};
}

base::Result<void> save_identity(const Identity& identity, const fs::path& folder) {
  const auto file = identity_file(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return failed(Errc::identity_unwritable, folder);

  crypto::Secret<kFileSize> content;
  auto* out = std::ranges::copy(kMagic, content.data().data()).out;
  out = std::ranges::copy(identity.signing.seed.view(), out).out;
  std::ranges::copy(identity.noise.secret.view(), out);

  const auto temporary = file.string() + ".new";
  ::unlink(temporary.c_str());
  {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!fd.valid() || !write_whole(fd.get(), content.view())) return failed(Errc::identity_unwritable, file);
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed(Errc::identity_unwritable, file);
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.valid() || ::fsync(parent.get()) != 0) return failed(Errc::identity_unwritable, file);
  return {};
}

base::Result<Identity> load_or_create_identity(const fs::path& folder, base::RandomSource& random) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(identity_file(folder), error))) return load_identity(folder);
  auto identity = Identity::generate(random);
  if (auto saved = save_identity(identity, folder); !saved) return base::forward_error(saved);
  return identity;
}

}  // namespace qnet::mesh
