// The password of the proxy that QNet makes itself (--socks-auth auto).
#pragma once

#include <filesystem>
#include <string>

#include "edge/proxy/credentials.hpp"
#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"

namespace qnet::node {

[[nodiscard]] std::filesystem::path proxy_password_file(const std::filesystem::path& folder);

/// The one that is kept in the folder (0600), or a new one of 128 random bits, which is kept from now on:
/// programs that were given it work after a restart. The user is "qnet". Errors: cannot_start, naming the
/// file.
[[nodiscard]] base::Result<proxy::Credentials> kept_proxy_password(const std::filesystem::path& folder,
                                                                   base::RandomSource& random);

}  // namespace qnet::node
