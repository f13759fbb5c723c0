#include "foundation/net/passed_sockets.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "foundation/net/tcp.hpp"

namespace qnet::net {

namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr int kMost = 64;

std::optional<int> number_in(const char* name) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

bool listens(int fd) {
  int type = 0;
  int accepts = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof accepts;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts != 0;
}

}  // namespace

PassedSockets& PassedSockets::of_process() {
  static PassedSockets all;
  return all;
}

void PassedSockets::take_from_environment() {
  const auto process = number_in("LISTEN_PID");
  const auto count = number_in("LISTEN_FDS");
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::unsetenv("LISTEN_FDNAMES");
  // NOLINTEND(concurrency-mt-unsafe)
  if (process != ::getpid() || !count) return;
  for (int fd = kFirst; fd < kFirst + std::min(*count, kMost); ++fd) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (listens(fd)) add(fd);
  }
}

void PassedSockets::add(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  Passed passed{std::make_unique<base::FileHandle>(fd), std::nullopt, {}};
  if (address.ss_family == AF_UNIX) {
    sockaddr_un name{};
    std::memcpy(&name, &address, sizeof name);
    passed.name = name.sun_path;
  } else {
    tcp::endpoint at;
    if (size > at.capacity()) return;
    std::memcpy(at.data(), &address, size);
    at.resize(size);
    passed.at = at;
    passed.name = to_text(at);
  }
  sockets_.push_back(std::move(passed));
}

template <class Matches>
std::optional<int> PassedSockets::take_first(Matches matches) {
  const auto found = std::ranges::find_if(sockets_, matches);
  if (found == sockets_.end()) return std::nullopt;
  // The caller closes it.
  const int fd = ::fcntl(found->file->get(), F_DUPFD_CLOEXEC, kFirst);
  sockets_.erase(found);
  return fd < 0 ? std::nullopt : std::optional(fd);
}

std::optional<int> PassedSockets::take(const tcp::endpoint& at) {
  return take_first([&at](const Passed& passed) {
    if (!passed.at || passed.at->port() != at.port()) return false;
    return passed.at->address() == at.address() ||
           (passed.at->address().is_unspecified() && at.address().is_unspecified());
  });
}

std::optional<int> PassedSockets::take(const std::filesystem::path& unix_name) {
  return take_first(
      [&unix_name](const Passed& passed) { return !passed.at && passed.name == unix_name.string(); });
}

std::vector<std::string> PassedSockets::left() const {
  std::vector<std::string> names;
  for (const auto& passed : sockets_) names.push_back(passed.name);
  return names;
}

}  // namespace qnet::net
