// What the roster takes from a store, and gives to it.
#include <algorithm>

#include "network/directory/roster.hpp"
#include "network/directory/roster_checks.hpp"

namespace qnet::directory {

namespace {

/// A record was verified before it was stored: verifying ten thousand signatures again would take a second of
/// each start. Clients verify a relay before they dial it.
std::optional<SignedDescriptor> descriptor_of(const Record& record) {
  auto parsed = SignedDescriptor::parse_unverified(record.descriptor);
  if (!parsed || parsed->descriptor().peer.key() != record.peer) return std::nullopt;
  return std::move(*parsed);
}

/// Where it must have answered: its host, when that is an address, or what a check found behind the name.
ip::ClientPrefix declared_prefix(const Entry& entry) {
  const auto address = entry.known_address();
  return address ? ip::client_prefix(*address) : ip::ClientPrefix::unknown;
}

/// A directory that starts does not check thousands of relays at once that answered before.
SteadyTime spread_over_an_hour(const PeerKey& key, SteadyTime now) {
  using std::chrono::minutes;
  return now + minutes(1) + (CheckLimits::recheck - minutes(1)) * key[8] / 256;
}

}  // namespace

void Roster::remember(const Record& record, SteadyTime now) {
  if (!entries_.contains(record.peer)) departed_.add(record.peer, record.sequence, now);
}

bool Roster::may_come_back(const Record& record, const Descriptor& descriptor, SteadyTime now) {
  if (record.checked) return entries_.size() < RosterLimits::relays;
  return make_room(descriptor, nullptr, now).has_value();
}

bool Roster::restore(const Record& record, SteadyTime now) {
  auto found = entries_.find(record.peer);
  const bool fresh = found == entries_.end();
  const auto last = fresh ? departed_.last(record.peer, now) : found->second.sequence;
  if (record.sequence < last || (fresh && last > 0 && record.sequence == last)) return false;
  const bool news = fresh || record.sequence > last;
  if (record.departed) {
    if (fresh) return remember(record, now), true;
    found->second.sequence = record.sequence;
    drop(found, now);
    return news;
  }
  if (news && (fresh || !std::ranges::equal(found->second.latest().wire(), record.descriptor))) {
    auto descriptor = descriptor_of(record);
    if (!descriptor) return false;
    if (fresh && !may_come_back(record, descriptor->descriptor(), now)) return remember(record, now), true;
    put(std::move(*descriptor), Durable::yes, now);
    found = entries_.find(record.peer);
  } else if (news) {
    stored(record.peer, found->second.latest().digest(), now);
  }
  auto& entry = found->second;
  if (news) {
    entry.sequence = record.sequence;
    entry.first_seen = record.first_seen;
    entry.last_seen = std::max(entry.last_seen, record.last_seen);
    hear(entry, now);
  }
  unindex(entry);
  adopt(entry, record, news, now);
  if (fresh && entry.checked) entry.check_due = spread_over_an_hour(record.peer, now);
  index(entry);
  return news;
}

/// A check by another directory counts only while this one has not checked the endpoint itself. Otherwise a
/// directory that has lost its own connection would take relays off all lists, and two that disagree would
/// follow each other's rows without end.
void Roster::adopt(Entry& entry, const Record& record, bool news, SteadyTime now) {
  // Until this directory has measured it, and found where its name leads, itself.
  if (record.measured > 0 && entry.measures.rates().empty()) say_rate(entry, record.measured);
  if (record.address && !entry.address && entry.descriptor.descriptor().is_behind_a_name()) {
    entry.address = record.address;
    if (entry.checked) ++revision_;
  }
  const auto source = record.country.source;
  if (entry.country != record.country &&
      (source > entry.country.source || (news && source == entry.country.source))) {
    const bool listed = entry.checked;
    unlist(entry);
    entry.country = record.country;
    if (listed) list(entry);
  }
  if (record.checked && !entry.checked && entry.failures == 0 && entry.obstacle == Obstacle::none) {
    if (entry.answered_at == ip::ClientPrefix::unknown) entry.answered_at = declared_prefix(entry);
    list(entry);
  }
  // Another directory could not reach it: this one checks, unless it just did.
  if (!record.checked && entry.checked &&
      entry.check_due - now < CheckLimits::recheck - CheckLimits::last_retry)
    entry.check_due = std::min(entry.check_due, now);
}

}  // namespace qnet::directory
