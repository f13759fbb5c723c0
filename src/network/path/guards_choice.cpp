// Which of a client's guards are used and dialled now.
#include <algorithm>

#include "network/path/guards.hpp"

namespace qnet::path {

std::vector<const Guards::Guard*> Guards::primaries() const {
  std::vector<const Guard*> found;
  for (const auto& guard : guards_)
    if (is_primary(guard)) found.push_back(&guard);
  return found;
}

/// Those that have carried this client before come first: nobody new learns of it.
std::vector<const Guards::Guard*> Guards::others() const {
  std::vector<const Guard*> found;
  for (const bool confirmed : {true, false})
    for (const auto& guard : guards_)
      if (!is_primary(guard) && guard.record.confirmed.has_value() == confirmed) found.push_back(&guard);
  return found;
}

GuardChoice Guards::choice(Now now) const {
  GuardChoice choice;
  const auto offer_all = [&](const std::vector<const Guard*>& from, auto condition) {
    for (const auto* const guard : from)
      if (condition(*guard))
        choice.usable.push_back({guard->record.peer, guard->failures, is_primary(*guard)});
  };
  const auto due_now = [&](const Guard& guard) { return is_due(guard, now); };
  const auto first = primaries();
  const bool beyond = std::ranges::all_of(first, [](const Guard* guard) { return is_down(*guard); });
  offer_all(first, is_fine);
  if (choice.usable.empty() && beyond) offer_all(others(), is_fine);
  if (choice.usable.empty()) offer_all(first, due_now);
  if (choice.usable.empty() && beyond) offer_all(others(), due_now);
  for (const auto& guard : guards_)
    if (is_primary(guard) || guard.reachable) choice.reserved.push_back(guard.record.peer);
  return choice;
}

/// The primary guards always; others only while nobody can be used.
std::vector<const Guards::Guard*> Guards::wanted() const {
  auto found = primaries();
  const auto rest = others();
  const auto fine = [](const Guard* guard) { return is_fine(*guard); };
  const bool all_down = std::ranges::all_of(found, [](const Guard* guard) { return is_down(*guard); });
  if (all_down && std::ranges::none_of(rest, fine)) found.insert(found.end(), rest.begin(), rest.end());
  return found;
}

std::vector<GuardOffer> Guards::due(Now now) const {
  std::vector<GuardOffer> all;
  for (const auto* const guard : wanted())
    if (is_due(*guard, now) && !guard->dialled)
      all.push_back({guard->record.peer, guard->failures, is_primary(*guard)});
  return all;
}

std::optional<SteadyTime> Guards::next_deadline() const {
  auto next = grow_at_;
  for (const auto* const guard : wanted())
    if (guard->listed && guard->failures > 0 && !guard->dialled)
      next = std::min(next.value_or(guard->next_try), guard->next_try);
  return next;
}

std::optional<SteadyTime> Guards::next_chance() const {
  const auto tried = wanted();
  if (std::ranges::any_of(tried, [](const Guard* guard) { return guard->dialled; })) return std::nullopt;
  return next_deadline();
}

bool Guards::fails(const peer::PeerId& peer) const {
  return std::ranges::any_of(
      guards_, [&](const Guard& guard) { return guard.record.peer == peer && guard.failures > 0; });
}

}  // namespace qnet::path
