// Listening sockets that a service manager has opened for this process: sd_listen_fds(3). A relay has port
// 443 that way without any right of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/base/file_handle.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::net {

class PassedSockets {
 public:
  /// Before any thread but the first.
  static PassedSockets& of_process();

  /// As LISTEN_PID and LISTEN_FDS say; removes both from the environment, as programs that this one starts
  /// get none of the sockets. Once, and before any thread but the first.
  void take_from_environment();

  /// The one that listens there, if one does: on that port and address, or on that port of all addresses
  /// where `at` is all addresses of either family (systemd's "ListenStream=443" is IPv6's, with IPv4). It is
  /// handed out once.
  [[nodiscard]] std::optional<int> take(const tcp::endpoint& at);
  [[nodiscard]] std::optional<int> take(const std::filesystem::path& unix_name);

  /// Where those listen that nobody has taken.
  [[nodiscard]] std::vector<std::string> left() const;

 private:
  struct Passed {
    std::unique_ptr<base::FileHandle> file;
    std::optional<tcp::endpoint> at;  ///< nothing for one with a name in the file system, which `name` is
    std::string name;
  };
  void add(int fd);
  template <class Matches>
  std::optional<int> take_first(Matches matches);

  std::vector<Passed> sockets_;
};

}  // namespace qnet::net
