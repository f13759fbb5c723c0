#include "network/directory/rate_votes.hpp"

#include <algorithm>

#include "foundation/ip/network_guess.hpp"

namespace qnet::directory {

bool Party::may_be_one_with(const Party& other) const {
  if (peer == other.peer || !address || !other.address) return true;
  if (family && family == other.family) return true;
  return ip::probably_same_network(*address, *other.address);
}

void RateVotes::note(const Party& reporter, const Party& of, Rate rate, SteadyTime now) {
  if (reporter.may_be_one_with(of)) return;
  auto& votes = votes_[of.peer];
  std::erase_if(votes, [&](const Vote& vote) {
    return now - vote.at > RateVoteLimits::life || vote.reporter.peer == reporter.peer;
  });
  const auto younger = [&](const Vote& vote) { return vote.reporter.first_seen > reporter.first_seen; };
  const auto same = [&](const Vote& vote) { return vote.reporter.may_be_one_with(reporter); };
  // Of one party the relay that is known longest has the vote.
  if (std::ranges::any_of(votes, [&](const Vote& vote) { return same(vote) && !younger(vote); })) return;
  std::erase_if(votes, same);
  if (votes.size() >= RateVoteLimits::votes) {
    const auto youngest =
        std::ranges::max_element(votes, {}, [](const Vote& vote) { return vote.reporter.first_seen; });
    if (!younger(*youngest)) return;
    votes.erase(youngest);
  }
  votes.push_back({reporter, rate, now});
}

std::vector<Rate> RateVotes::of(const PeerKey& peer, SteadyTime now) const {
  std::vector<Rate> rates;
  const auto found = votes_.find(peer);
  if (found == votes_.end()) return rates;
  for (const auto& vote : found->second)
    if (now - vote.at <= RateVoteLimits::life) rates.push_back(vote.rate);
  return rates;
}

}  // namespace qnet::directory
