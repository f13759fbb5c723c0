// Which users of this machine may use the proxy and the status port.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "foundation/net/local_users.hpp"

namespace qnet::node {

struct AllowedUsers {
  bool anybody = false;  ///< nobody is asked
  /// Beside this process's own user and root; nothing where the person has said nothing of it.
  std::optional<std::vector<uid_t>> named{};
};

/// Null: everybody may. That is also so where this system does not tell whose a connection is and nobody was
/// named: the log says it. Where somebody was named, it is an error.
[[nodiscard]] base::Result<std::shared_ptr<net::LocalUsers>> open_users(const AllowedUsers& allowed);

}  // namespace qnet::node
