// What a service manager such as systemd wants to be told: sd_notify(3) by hand, so that QNet needs no
// library of it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "foundation/base/file_handle.hpp"

namespace qnet::node {

class ServiceManager {
 public:
  /// As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say, and removes them from the environment. Nothing
  /// where nobody asks. Before any thread but the first.
  [[nodiscard]] static std::optional<ServiceManager> from_environment();

  /// One message of lines such as "READY=1". Best effort: a manager that does not listen is no reason to end.
  void tell(std::string_view lines) const;

  /// How often "WATCHDOG=1" is to be told: twice in the time after which the manager takes this process for
  /// stuck.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  ServiceManager() = default;

  std::unique_ptr<base::FileHandle> socket_;
  sockaddr_un to_{};
  socklen_t size_ = 0;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace qnet::node
