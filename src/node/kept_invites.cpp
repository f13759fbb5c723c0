#include "node/kept_invites.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"
#include "node/error.hpp"

namespace qnet::node {

namespace fs = std::filesystem;

fs::path invites_file(const fs::path& folder) { return folder / "invites"; }

std::vector<peer::Invite> load_invites(const fs::path& folder) {
  std::vector<peer::Invite> invites;
  std::error_code error;
  const auto size = fs::file_size(invites_file(folder), error);
  if (error || size > KeptInvitesLimits::file) return invites;
  std::ifstream file(invites_file(folder));
  for (std::string line; std::getline(file, line) && invites.size() < KeptInvitesLimits::invites;)
    if (auto invite = peer::Invite::parse(line)) invites.push_back(std::move(*invite));
  return invites;
}

base::Result<void> keep_invite(const peer::Invite& invite, const fs::path& folder) {
  auto all = load_invites(folder);
  std::erase_if(all, [&](const peer::Invite& one) { return one.peer == invite.peer; });
  all.insert(all.begin(), invite);
  if (all.size() > KeptInvitesLimits::invites) all.resize(KeptInvitesLimits::invites, invite);
  std::string text;
  for (const auto& one : all) text += one.to_link() + '\n';
  int failed = base::make_private_folder(folder);
  if (failed == 0)
    failed = base::write_file_durably(invites_file(folder), base::bytes_of(text), base::Existing::replace);
  if (failed == 0) return {};
  return base::fail(Errc::cannot_start, "the invite cannot be kept in " + invites_file(folder).string() +
                                            " (" + std::generic_category().message(failed) + ")");
}

}  // namespace qnet::node
