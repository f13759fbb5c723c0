// Invites that a person has given a running client: they are there after the next start too.
#pragma once

#include <filesystem>
#include <vector>

#include "foundation/base/result.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::node {

struct KeptInvitesLimits {
  static constexpr std::size_t invites = 64;  ///< the oldest makes room
  static constexpr std::size_t file = 256 * 1024;
};

/// `invites` in a client's state folder: a link a line, the newest first.
[[nodiscard]] std::filesystem::path invites_file(const std::filesystem::path& folder);

/// Lines that are no invites are left out: a person may write there too. Empty where there is no file.
[[nodiscard]] std::vector<peer::Invite> load_invites(const std::filesystem::path& folder);

/// Puts it first; one of the same peer is replaced. The error is a sentence for people.
[[nodiscard]] base::Result<void> keep_invite(const peer::Invite& invite, const std::filesystem::path& folder);

}  // namespace qnet::node
