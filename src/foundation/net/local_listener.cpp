#include "foundation/net/local_listener.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "foundation/base/file_handle.hpp"
#include "foundation/base/private_file.hpp"
#include "foundation/net/passed_sockets.hpp"

namespace qnet::net {

namespace fs = std::filesystem;

namespace {

tl::unexpected<base::Error> system_error(int error, const fs::path& at) {
  return tl::unexpected(from_system({error, boost::system::generic_category()},
                                    at.string() + ": " + std::generic_category().message(error)));
}

/// Who can write to a folder can put a socket of their own in place of ours.
base::Result<void> check_folder(const fs::path& folder) {
  bool last = true;
  for (auto at = folder;; at = at.parent_path()) {
    struct stat found{};
    if (::stat(at.c_str(), &found) != 0) return system_error(errno, at);
    const bool foreign = found.st_uid != 0 && found.st_uid != ::geteuid();
    const bool open = (found.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    // In /tmp nobody can rename another's folder, but anybody can take a name before us.
    const bool sticky = !last && (found.st_mode & S_ISVTX) != 0;
    if (foreign || (open && !sticky))
      return base::fail(Errc::failed, "others can write to " + at.string() +
                                          ": choose a folder of your own, such as $XDG_RUNTIME_DIR/qnet");
    if (at == at.parent_path()) return {};
    last = false;
  }
}

/// Whether somebody listens there; an error where what has the name is no socket.
base::Result<bool> is_live(const sockaddr_un& address) {
  struct stat found{};
  if (::lstat(address.sun_path, &found) != 0) return false;
  if (!S_ISSOCK(found.st_mode))
    return base::fail(Errc::failed, std::string(address.sun_path) + " is there, and is no socket");
  const base::FileHandle probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  return errno != ECONNREFUSED;  // EAGAIN: its queue is full
}

/// Two that start at the same moment must not each take the other's socket for a dead one's.
base::Result<std::unique_ptr<base::FileHandle>> lock_folder(const fs::path& folder) {
  auto file = std::make_unique<base::FileHandle>(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file->valid()) return system_error(errno, folder);
  for (int tries = 0; ::flock(file->get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK || tries == 100) return system_error(errno, folder);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return file;
}

}  // namespace

struct LocalListener::Name {
  fs::path path;
  struct stat made{};

  void remove() const {
    struct stat now{};
    if (::lstat(path.c_str(), &now) == 0 && now.st_dev == made.st_dev && now.st_ino == made.st_ino)
      (void)::unlink(path.c_str());
  }
};

LocalListener::LocalListener(local::acceptor acceptor, std::unique_ptr<Name> name)
    : acceptor_(std::move(acceptor)), name_(std::move(name)) {}

LocalListener::LocalListener(LocalListener&& other) noexcept = default;

LocalListener::~LocalListener() { close(); }

void LocalListener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  if (name_) name_->remove();
  name_.reset();
}

base::Result<LocalListener> LocalListener::open(boost::asio::io_context& io, const fs::path& name) {
  boost::system::error_code code;
  local::acceptor acceptor(io);
  if (const auto passed = PassedSockets::of_process().take(name)) {
    acceptor.assign(local(), *passed, code);
    if (!code) acceptor.non_blocking(true, code);
    if (code) return system_error(code.value(), name);
    return LocalListener(std::move(acceptor), nullptr);
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::error_code error;
  const auto whole = fs::absolute(name, error).lexically_normal();
  const auto text = whole.string();
  if (error || text.size() >= sizeof address.sun_path || !whole.has_filename())
    return base::fail(Errc::failed, "the name of a socket has at most 107 characters: " + text);
  text.copy(address.sun_path, text.size());
  if (const int failed = base::make_private_folder(whole.parent_path()); failed != 0)
    return system_error(failed, whole.parent_path());
  const auto folder = fs::canonical(whole.parent_path(), error);
  if (error) return system_error(error.value(), whole.parent_path());
  if (auto checked = check_folder(folder); !checked) return base::forward_error(checked);
  auto locked = lock_folder(folder);
  if (!locked) return base::forward_error(locked);
  auto live = is_live(address);
  if (!live) return base::forward_error(live);
  if (*live) return base::fail(Errc::address_in_use, text);
  (void)::unlink(text.c_str());
  acceptor.open(local(), code);
  if (!code) acceptor.bind(local::endpoint(text), code);
  // Nobody connects before it listens.
  if (!code && ::chmod(text.c_str(), S_IRUSR | S_IWUSR) != 0)
    code = {errno, boost::system::generic_category()};
  if (!code) acceptor.listen(boost::asio::socket_base::max_listen_connections, code);
  if (!code) acceptor.non_blocking(true, code);
  if (code) return system_error(code.value(), whole);
  auto made = std::make_unique<Name>(Name{whole, {}});
  if (::lstat(text.c_str(), &made->made) != 0) return system_error(errno, whole);
  return LocalListener(std::move(acceptor), std::move(made));
}

}  // namespace qnet::net
