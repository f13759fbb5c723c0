#include "network/directory/roster_checks.hpp"

#include <algorithm>
#include <limits>

#include "network/directory/roster.hpp"

namespace qnet::directory {

namespace {

/// Whether a database knows that the address is in another country than was thought.
bool moves(const Entry& entry, const Visit& visit) {
  return visit.country.source == CountrySource::database && visit.country != entry.country;
}

}  // namespace

std::vector<DueCheck> Roster::due_for_check(SteadyTime now, std::size_t most) {
  std::vector<DueCheck> due;
  for (const auto* const order : {&checks_, &retries_}) {
    for (const auto& [when, key] : *order) {
      if (when > now || due.size() == most) break;
      due.push_back({key, entries_.at(key).address_version});
    }
  }
  for (const auto& check : due) {
    auto& entry = entries_.at(check.peer);
    unindex(entry);
    // Should nobody ever say what became of it.
    entry.check_due = now + CheckLimits::last_retry;
    index(entry);
  }
  return due;
}

std::optional<Record> Roster::listed_by(const DueCheck& check, const Visit& visit) const {
  const auto* const entry = find(check.peer);
  if (entry == nullptr || entry->address_version != check.address_version || !visit.answered)
    return std::nullopt;
  if (entry->checked ? !moves(*entry, visit) : obstacle_for(*entry, visit.at) != Obstacle::none)
    return std::nullopt;
  auto record = to_record(*entry);
  record.checked = true;
  if (moves(*entry, visit)) record.country = visit.country;
  return record;
}

void Roster::check_again(const DueCheck& check, SteadyTime now) {
  const auto found = entries_.find(check.peer);
  if (found == entries_.end() || found->second.address_version != check.address_version) return;
  unindex(found->second);
  found->second.check_due = now + CheckLimits::first_retry;
  index(found->second);
}

std::optional<Record> Roster::checked(const DueCheck& check, const Visit& visit, SteadyTime now) {
  const auto found = entries_.find(check.peer);
  // What answered was another address than the one that is known now.
  if (found == entries_.end() || found->second.address_version != check.address_version) return std::nullopt;
  auto& entry = found->second;
  if (!visit.answered && !entry.was_listed && entry.failures + 1U >= RosterLimits::failed_checks) {
    drop(found, now);
    return std::nullopt;
  }
  const bool was_listed = entry.checked;
  const auto old_country = entry.country;
  unindex(entry);
  note_visit(entry, visit, now);
  index(entry);
  if (entry.checked == was_listed && entry.country == old_country) return std::nullopt;
  return to_record(entry);
}

void Roster::note_visit(Entry& entry, const Visit& visit, SteadyTime now) {
  if (visit.answered) {
    const bool moved = moves(entry, visit);
    entry.failures = 0;
    if (!entry.checked || moved || entry.site != visit.at) {
      unlist(entry);
      entry.site = visit.at;
      if (moved) entry.country = visit.country;
      list(entry);
    }
  } else {
    if (entry.failures < std::numeric_limits<std::uint8_t>::max()) ++entry.failures;
    if (entry.failures >= CheckLimits::failures_to_unlist) unlist(entry);
  }
  if (!entry.checked && entry.failing_since == SteadyTime{}) entry.failing_since = now;
  // Who is only in want of room may find some soon.
  std::chrono::seconds pause = entry.checked ? CheckLimits::recheck : CheckLimits::last_retry;
  if (!visit.answered)
    pause = std::min<std::chrono::seconds>(
        CheckLimits::first_retry * (1U << std::min<unsigned>(entry.failures, 8U)), CheckLimits::last_retry);
  entry.check_due = now + pause;
}

}  // namespace qnet::directory
