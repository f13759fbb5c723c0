#include "network/directory/roster_checks.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "network/directory/roster.hpp"

namespace qnet::directory {

namespace {

/// A number stands for itself: only where a name led is news.
std::optional<ip::IpAddress> address_behind(const std::string& host, const CheckResult& result) {
  return ip::IpAddress::parse(host) ? std::nullopt : result.address;
}

/// Whether a database knows that the address is in another country than was thought.
bool moves(const Entry& entry, const CheckResult& result) {
  return result.country.source == CountrySource::database && result.country != entry.country;
}

}  // namespace

std::vector<DueCheck> Roster::due_for_check(SteadyTime now, std::size_t most) {
  std::vector<DueCheck> due;
  for (const auto* const order : {&checks_, &retries_}) {
    for (const auto& [when, key] : *order) {
      if (when > now || due.size() == most) break;
      due.push_back({key, entries_.at(key).endpoint_id});
    }
  }
  for (const auto& check : due) {
    auto& entry = entries_.at(check.peer);
    unindex(entry);
    // In case its result never comes.
    entry.check_due = now + CheckLimits::last_retry;
    index(entry);
  }
  return due;
}

std::optional<Record> Roster::listed_by(const DueCheck& check, const CheckResult& result) const {
  const auto* const entry = find(check.peer);
  if (entry == nullptr || entry->endpoint_id != check.endpoint_id || !result.answered) return std::nullopt;
  if (entry->checked ? !moves(*entry, result) : obstacle_for(*entry, result.at) != Obstacle::none)
    return std::nullopt;
  auto record = to_record(*entry);
  record.checked = true;
  if (moves(*entry, result)) record.country = result.country;
  record.address = address_behind(entry->host(), result);
  return record;
}

void Roster::check_again(const DueCheck& check, SteadyTime now) {
  const auto found = entries_.find(check.peer);
  if (found == entries_.end() || found->second.endpoint_id != check.endpoint_id) return;
  unindex(found->second);
  found->second.check_due = now + CheckLimits::first_retry;
  index(found->second);
}

std::optional<Record> Roster::checked(const DueCheck& check, const CheckResult& result, SteadyTime now) {
  const auto found = entries_.find(check.peer);
  // Another endpoint answered than the one that is known now.
  if (found == entries_.end() || found->second.endpoint_id != check.endpoint_id) return std::nullopt;
  auto& entry = found->second;
  if (!result.answered && !entry.was_listed && entry.failures + 1U >= RosterLimits::failed_checks) {
    drop(found, now);
    return std::nullopt;
  }
  const bool was_listed = entry.checked;
  const auto old_country = entry.country;
  const auto old_address = entry.address;
  unindex(entry);
  note_result(entry, result, now);
  index(entry);
  if (entry.checked == was_listed && entry.country == old_country && entry.address == old_address)
    return std::nullopt;
  return to_record(entry);
}

void Roster::note_result(Entry& entry, const CheckResult& result, SteadyTime now) {
  if (result.answered) {
    const bool moved = moves(entry, result);
    const auto address = address_behind(entry.host(), result);
    entry.failures = 0;
    if (!entry.checked || moved || entry.answered_at != result.at || entry.address != address) {
      unlist(entry);
      entry.answered_at = result.at;
      entry.address = address;
      if (moved) entry.country = result.country;
      list(entry);
    }
  } else {
    if (entry.failures < std::numeric_limits<std::uint8_t>::max()) ++entry.failures;
    if (entry.failures >= CheckLimits::failures_to_unlist) unlist(entry);
  }
  if (!entry.checked && entry.failing_since == SteadyTime{}) entry.failing_since = now;
  // A relay that only lacks room may find some soon.
  std::chrono::seconds pause = entry.checked ? CheckLimits::recheck : CheckLimits::last_retry;
  if (!result.answered)
    pause = std::min<std::chrono::seconds>(
        CheckLimits::first_retry * (1U << std::min<unsigned>(entry.failures, 8U)), CheckLimits::last_retry);
  entry.check_due = now + pause;
}

std::size_t Roster::drop_silent(SteadyTime now) {
  std::size_t count = 0;
  for (; !heard_.empty() && now - heard_.begin()->first > options_.expiry; ++count)
    drop(entries_.find(heard_.begin()->second), now);
  return count;
}

std::size_t Roster::prune(WallTime wall, SteadyTime now) {
  auto count = drop_silent(now);
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if (it->second.latest().descriptor().expires <= wall) {
      drop(it, now);
      ++count;
    }
    it = next;
  }
  departed_.expire(now);
  return count;
}

namespace {

std::optional<SteadyTime> earlier(std::optional<SteadyTime> one, std::optional<SteadyTime> other) {
  return one && other ? std::min(one, other) : one ? one : other;
}

}  // namespace

std::optional<SteadyTime> Roster::next_check() const {
  std::optional<SteadyTime> next;
  for (const auto* const order : {&checks_, &retries_})
    if (!order->empty()) next = earlier(next, order->begin()->first);
  return next;
}

std::optional<SteadyTime> Roster::next_expiry() const {
  if (heard_.empty()) return std::nullopt;
  return heard_.begin()->first + options_.expiry + SteadyTime::duration(1);  // longer than that
}

std::optional<SteadyTime> Roster::next_deadline() const { return earlier(next_check(), next_expiry()); }

}  // namespace qnet::directory
