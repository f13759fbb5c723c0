#include "doctor/known_relays.hpp"

#include <algorithm>
#include <fstream>

#include "node/kept_invites.hpp"

namespace qnet::cli {

std::vector<KnownRelay> relays_known(const Facts& facts) {
  std::vector<KnownRelay> all;
  const auto add = [&all](peer::Invite invite, KnownRelay::From from) {
    const bool known = std::ranges::any_of(all, [&](const KnownRelay& one) {
      return one.invite.noise_key == invite.noise_key && one.invite.address == invite.address;
    });
    if (!known) all.push_back({std::move(invite), from});
  };
  const auto add_links = [&](const std::vector<std::string>& links, KnownRelay::From from) {
    for (const auto& link : links)
      if (auto invite = peer::Invite::parse(link)) add(std::move(*invite), from);
  };
  const auto& settings = facts.settings;
  add_links(settings.peers, KnownRelay::From::given);
  if (facts.is_client() && !settings.state_dir.empty())
    for (auto& kept : node::load_invites(settings.state_dir)) add(std::move(kept), KnownRelay::From::kept);
  add_links(settings.operators, KnownRelay::From::operators);
  if (!facts.is_client() && facts.runs()) {
    std::string link;
    std::ifstream(settings.state_dir / "invite") >> link;
    add_links({link}, KnownRelay::From::own);
  }
  return all;
}

}  // namespace qnet::cli
