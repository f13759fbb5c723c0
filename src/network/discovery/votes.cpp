#include "network/discovery/votes.hpp"

#include <algorithm>

namespace qnet::discovery {

using directory::Listed;
using directory::SnapshotHeader;
using directory::Status;
using directory::WallTime;

Votes::Votes(std::vector<peer::PeerId> operators)
    : operators_(std::move(operators)), said_(operators_.size()) {}

void Votes::restore(std::size_t index, KeptSnapshot kept) {
  auto header = SnapshotHeader::parse(kept.header);
  // A damaged list must not be taken for the one that the operator still has.
  if (!header || header->directory != operators_.at(index) || !open_list(*header, kept.list)) return;
  said_[index] = Said{std::move(*header), std::move(kept)};
}

base::Result<void> Votes::take(std::size_t index, const directory::Answer& answer, WallTime now) {
  if (!answer.good()) return base::fail(directory::Errc::refused, answer.error);
  auto header = SnapshotHeader::parse(answer.header);
  if (!header) return base::forward_error(header);
  auto& said = said_.at(index);
  const auto* const last = said ? &said->header : nullptr;
  if (auto good = accept_header(*header, operators_[index], last, now); !good) return good;
  KeptSnapshot kept{answer.header, answer.list ? *answer.list : base::Bytes()};
  if (answer.status == Status::not_modified) {
    if (last == nullptr || last->list != header->list) return base::fail(directory::Errc::list_mismatch);
    kept.list = std::move(said->kept.list);
  } else if (auto opened = open_list(*header, kept.list); !opened) {
    return base::forward_error(opened);
  }
  said = Said{std::move(*header), std::move(kept)};
  return {};
}

base::ByteView Votes::known_list(std::size_t index) const {
  const auto& said = said_.at(index);
  return said ? base::ByteView(said->header.list) : base::ByteView();
}

const KeptSnapshot* Votes::kept(std::size_t index) const {
  const auto& said = said_.at(index);
  return said ? &said->kept : nullptr;
}

std::size_t Votes::holding(WallTime now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(said_, [now](const auto& said) { return said && said->header.expires > now; }));
}

bool Votes::votes(std::size_t index, WallTime now) const {
  const auto& said = said_.at(index);
  return said && said->header.expires > now - VoteLimits::vote;
}

std::optional<WallTime> Votes::as_of() const {
  std::optional<WallTime> newest;
  for (const auto& said : said_)
    if (said) newest = std::max(newest.value_or(said->header.issued), said->header.issued);
  return newest;
}

base::Result<std::vector<Listed>> Votes::agreed(WallTime now) const {
  auto found = agreed_since(now - VoteLimits::vote, now);
  if (!found) found = agreed_since({}, now);
  return found;
}

base::Result<std::vector<Listed>> Votes::agreed_since(WallTime oldest, WallTime now) const {
  std::vector<std::vector<Listed>> lists;
  for (const auto& said : said_) {
    if (!said || said->header.expires <= oldest) continue;
    if (auto opened = open_list(said->header, said->kept.list)) lists.push_back(std::move(*opened));
  }
  std::vector<const std::vector<Listed>*> pointers;
  for (const auto& list : lists) pointers.push_back(&list);
  return directory::agree(pointers, operators_.size(), now);
}

}  // namespace qnet::discovery
