#include "node/service_manager.hpp"

#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace qnet::node {

namespace {

std::string take(const char* name) {
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  // NOLINTEND(concurrency-mt-unsafe)
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::microseconds> asked_watchdog() {
  const auto time = number(take("WATCHDOG_USEC"));
  const auto process = take("WATCHDOG_PID");
  constexpr std::uint64_t kLongest = 86'400'000'000;  // a day: more is a mistake
  if (!time || *time < 2 || *time > kLongest) return std::nullopt;
  if (!process.empty() && number(process) != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
  return std::chrono::microseconds(*time / 2);
}

}  // namespace

std::optional<ServiceManager> ServiceManager::from_environment() {
  const auto name = take("NOTIFY_SOCKET");
  const auto watchdog = asked_watchdog();
  ServiceManager manager;
  manager.watchdog_ = watchdog;
  // "@name" is an abstract socket, whose name begins with a zero byte and ends with its length.
  if (name.size() < 2 || name.size() >= sizeof manager.to_.sun_path || (name[0] != '/' && name[0] != '@'))
    return std::nullopt;
  manager.to_.sun_family = AF_UNIX;
  name.copy(manager.to_.sun_path, name.size());
  manager.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
  if (name[0] == '@') {
    manager.to_.sun_path[0] = '\0';
    --manager.size_;
  }
  manager.socket_ =
      std::make_unique<base::FileHandle>(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!manager.socket_->valid()) return std::nullopt;
  return manager;
}

void ServiceManager::tell(std::string_view lines) const {
  (void)::sendto(socket_->get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&to_), size_);
}

}  // namespace qnet::node
