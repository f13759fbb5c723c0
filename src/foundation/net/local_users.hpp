// Which users of this machine may connect to a port of ours: their programs are told apart by the owner of
// the socket that they connect with.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "foundation/base/file_handle.hpp"
#include "foundation/base/result.hpp"
#include "foundation/net/local_stream.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::net {

/// The uid whose program has the TCP socket at `theirs` that is connected to `ours`, both on this machine.
/// Asked of the kernel (sock_diag(7)), which answers at once: nothing waits for another process. One at a
/// time.
class SocketOwners {
 public:
  /// Errors: failed, where this kernel does not tell (or a sandbox forbids to ask).
  [[nodiscard]] static base::Result<SocketOwners> open();

  /// Nothing where no program has such a socket: it has closed it, or is on another machine or in another
  /// network namespace.
  [[nodiscard]] std::optional<uid_t> owner(const tcp::endpoint& theirs, const tcp::endpoint& ours);

 private:
  explicit SocketOwners(std::unique_ptr<base::FileHandle> netlink) : netlink_(std::move(netlink)) {}
  std::unique_ptr<base::FileHandle> netlink_;
  std::uint32_t asked_ = 0;
};

/// Belongs to one io_context, like the sockets that it is asked about.
class LocalUsers {
 public:
  /// This process's own user, root (who can read this process's memory anyway), and `more`. Errors:
  /// SocketOwners'.
  [[nodiscard]] static base::Result<LocalUsers> open(const std::vector<uid_t>& more);

  /// False where the owner cannot be told: nobody is let in by mistake.
  [[nodiscard]] bool admit(const tcp::socket& accepted);
  /// By the credentials that the kernel kept when the program connected (SO_PEERCRED in unix(7)).
  [[nodiscard]] bool admit(local::socket& accepted);

 private:
  LocalUsers(SocketOwners owners, std::vector<uid_t> allowed)
      : owners_(std::move(owners)), allowed_(std::move(allowed)) {}
  [[nodiscard]] bool allows(std::optional<uid_t> user) const;

  SocketOwners owners_;
  std::vector<uid_t> allowed_;
};

}  // namespace qnet::net
