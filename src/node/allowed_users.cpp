#include "node/allowed_users.hpp"

#include <spdlog/spdlog.h>

#include "node/error.hpp"

namespace qnet::node {

base::Result<std::shared_ptr<net::LocalUsers>> open_users(const AllowedUsers& allowed) {
  if (allowed.anybody) return nullptr;
  auto opened = net::LocalUsers::open(allowed.named.value_or(std::vector<uid_t>{}));
  if (opened) return std::make_shared<net::LocalUsers>(std::move(*opened));
  const auto& why = opened.error().context();
  if (allowed.named) return base::fail(Errc::cannot_start, "--allow-uid does not work here: " + why);
  spdlog::warn("every user of this machine can use the proxy and read the status: {}", why);
  return nullptr;
}

}  // namespace qnet::node
