#include "network/directory/roster.hpp"

#include <algorithm>

#include "foundation/ip/public_address.hpp"

namespace qnet::directory {

namespace {

std::string skew_text(WallTime signed_at, WallTime wall) {
  const auto off = (signed_at - wall).count();
  return std::to_string(off < 0 ? -off : off) + " seconds " + (off < 0 ? "behind" : "ahead of") +
         " this directory's clock";
}

/// The same endpoint needs no new check.
bool same_endpoint(const Descriptor& one, const Descriptor& other) {
  return one.addresses == other.addresses && one.noise_key == other.noise_key &&
         one.cover_name == other.cover_name && one.cover == other.cover;
}

Country declared_country(const Descriptor& descriptor) {
  if (descriptor.country.empty()) return {};
  return {descriptor.country, CountrySource::declared};
}

/// What the operator of a relay is told that answers and is not listed.
base::Result<void> tell(const Entry& entry) {
  switch (entry.obstacle) {
    case Obstacle::none: break;
    case Obstacle::crowded: return base::fail(Errc::crowded_address, entry.host());
    case Obstacle::list_full: return base::fail(Errc::full, "the list is as long as clients take");
  }
  return {};
}

}  // namespace

Record to_record(const Entry& entry) {
  const auto wire = entry.latest().wire();
  const bool declares = entry.unstored && entry.country.source != CountrySource::database;
  return {entry.key(),
          {wire.begin(), wire.end()},
          entry.sequence,
          entry.first_seen,
          entry.last_seen,
          entry.checked,
          declares ? declared_country(entry.unstored->descriptor()) : entry.country,
          false,
          entry.measured,
          entry.address};
}

std::string_view to_text(CountrySource source) {
  switch (source) {
    case CountrySource::unknown: break;
    case CountrySource::declared: return "declared";
    case CountrySource::database: return "database";
  }
  return "unknown";
}

base::Result<void> Roster::judge(const Registration& registration, const Entry* known, WallTime wall,
                                 SteadyTime now) const {
  if (is_skewed(registration.time, wall))
    return base::fail(Errc::clock_skewed, skew_text(registration.time, wall));
  const auto last = known != nullptr ? known->sequence : departed_.last(registration.peer.key(), now);
  if (registration.sequence <= last)
    return base::fail(Errc::replayed, "the last number taken was " + std::to_string(last));
  if (registration.purpose == Purpose::goodbye) return {};
  if (known != nullptr && now - known->taken < options_.shortest_interval) return base::fail(Errc::too_soon);
  const bool same = known != nullptr && known->latest().digest() == registration.descriptor_digest;
  if (!registration.descriptor && !same) return base::fail(Errc::unknown_peer);
  const auto& descriptor =
      registration.descriptor ? registration.descriptor->descriptor() : known->latest().descriptor();
  if (descriptor.expires <= wall) return base::fail(Errc::expired, "sign a new descriptor");
  if (descriptor.issued - wall > RegistrationLimits::clock_skew)
    return base::fail(Errc::clock_skewed, skew_text(descriptor.issued, wall));
  if (same) return {};
  if (known != nullptr && descriptor.issued < known->latest().descriptor().issued)
    return base::fail(Errc::replayed, "a newer descriptor of this peer is known");
  return judge_addresses(descriptor);
}

base::Result<void> Roster::judge_addresses(const Descriptor& descriptor) const {
  if (options_.private_addresses) return {};
  for (const auto& address : descriptor.addresses)
    if (!ip::may_be_public(address.host)) return base::fail(Errc::private_address, address.host);
  return {};
}

base::Result<std::optional<Record>> Roster::take(const Registration& registration, WallTime wall,
                                                 SteadyTime now) {
  const auto found = entries_.find(registration.peer.key());
  const auto* const known = found == entries_.end() ? nullptr : &found->second;
  if (auto judged = judge(registration, known, wall, now); !judged) return base::forward_error(judged);

  if (registration.purpose == Purpose::goodbye) {
    // Anybody can make keys that say goodbye: an unknown peer's is not written down.
    if (known == nullptr) return std::optional<Record>();
    found->second.sequence = registration.sequence;
    auto record = to_record(*known);
    record.last_seen = wall;
    record.departed = true;
    drop(found, now);
    return record;
  }
  const bool changed = known == nullptr || known->latest().digest() != registration.descriptor_digest;
  if (changed)
    if (auto room = make_room(registration.descriptor->descriptor(), known, now); !room)
      return base::forward_error(room);
  const auto first_seen = known == nullptr ? wall : known->first_seen;
  auto& entry = changed ? put(*registration.descriptor, Durable::no, now) : found->second;
  entry.sequence = registration.sequence;
  entry.first_seen = first_seen;
  entry.last_seen = wall;
  entry.taken = now;
  hear(entry, now);
  if (auto told = tell(entry); !told) return base::forward_error(told);
  return to_record(entry);
}

/// Whether one more may wait for its check; one that failed a check is dropped for it. A listed relay that
/// keeps its endpoint needs no room: however many strangers wait, they cannot take it off the list.
base::Result<void> Roster::make_room(const Descriptor& fresh, const Entry* known, SteadyTime now) {
  if (known != nullptr && same_endpoint(known->descriptor.descriptor(), fresh)) return {};
  const auto& host = fresh.addresses.front().host;
  const bool new_there = known == nullptr || (!known->was_listed && known->host() != host);
  if (new_there)
    if (auto room = make_room_at(host, now); !room) return room;
  if (known != nullptr && !known->checked) return {};  // it waits already
  const bool waiting_room_full = entries_.size() - listed_.size() >= RosterLimits::unchecked;
  if (!waiting_room_full && (known != nullptr || entries_.size() < RosterLimits::relays)) return {};
  if (failing_.empty())
    return base::fail(Errc::full, "too many relays wait for their address to be checked; try again later");
  drop(entries_.find(std::get<PeerKey>(*failing_.begin())), now);
  return {};
}

base::Result<void> Roster::make_room_at(const std::string& host, SteadyTime now) {
  const auto found = never_listed_.find(host);
  if (found == never_listed_.end() || found->second.size() < RosterLimits::waiting_at_one_host) return {};
  auto longest = entries_.end();
  for (const auto& peer : found->second) {
    const auto one = entries_.find(peer);
    if (one->second.failing_since == SteadyTime{}) continue;
    if (longest == entries_.end() || one->second.failing_since < longest->second.failing_since) longest = one;
  }
  if (longest == entries_.end())
    return base::fail(Errc::full, "too many relays at this host wait to be checked; try again later");
  drop(longest, now);
  return {};
}

Entry& Roster::put(SignedDescriptor descriptor, Durable durable, SteadyTime now) {
  const auto found = entries_.find(descriptor.descriptor().peer.key());
  if (found == entries_.end()) return add(std::move(descriptor), now);
  auto& entry = found->second;
  const bool same = same_endpoint(entry.descriptor.descriptor(), descriptor.descriptor());
  if (entry.checked && same && durable == Durable::no)
    entry.unstored = std::make_shared<const SignedDescriptor>(std::move(descriptor));
  else
    replace(entry, std::move(descriptor), now);
  return entry;
}

Entry& Roster::add(SignedDescriptor descriptor, SteadyTime now) {
  const auto key = descriptor.descriptor().peer.key();
  departed_.erase(key);
  auto& entry = entries_.emplace(key, Entry{.descriptor = std::move(descriptor)}).first->second;
  entry.country = declared_country(entry.descriptor.descriptor());
  entry.check_due = now;
  entry.endpoint_id = ++endpoint_ids_;
  index(entry);
  return entry;
}

void Roster::replace(Entry& entry, SignedDescriptor descriptor, SteadyTime now) {
  const bool same = same_endpoint(entry.descriptor.descriptor(), descriptor.descriptor());
  const bool listed = entry.checked;
  unindex(entry);
  unlist(entry);
  entry.descriptor = std::move(descriptor);
  entry.unstored.reset();
  if (entry.country.source != CountrySource::database || !same)
    entry.country = declared_country(entry.descriptor.descriptor());
  if (!same) {
    // `failing_since` stays, and a relay that did not answer at its last endpoint counts as failing: nobody
    // keeps a slot by naming one address after the other.
    if (!listed && entry.failing_since == SteadyTime{}) entry.failing_since = now;
    entry.check_due = now;
    entry.failures = 0;
    entry.obstacle = Obstacle::none;
    entry.answered_at = ip::ClientPrefix::unknown;
    entry.address.reset();
    // It may be another machine, on another line.
    entry.measures = {};
    entry.measured = 0;
    votes_.forget(entry.key());
    entry.endpoint_id = ++endpoint_ids_;
  }
  if (listed && same) list(entry);
  index(entry);
}

void Roster::stored(const PeerKey& peer, const crypto::Digest& descriptor, SteadyTime now) {
  const auto found = entries_.find(peer);
  if (found == entries_.end() || !found->second.unstored) return;
  auto& entry = found->second;
  if (entry.unstored->digest() != descriptor) return;
  auto durable = *entry.unstored;
  replace(entry, std::move(durable), now);
}

void Roster::drop(Entries::iterator found, SteadyTime now) {
  unindex(found->second);
  unlist(found->second);
  heard_.erase({found->second.heard, found->first});
  departed_.add(found->first, found->second.sequence, now);
  votes_.forget(found->first);
  entries_.erase(found);
}

void Roster::note_alive(const Registration& registration, WallTime wall, SteadyTime now) {
  const auto found = entries_.find(registration.peer.key());
  if (found == entries_.end() || registration.purpose != Purpose::alive ||
      registration.sequence <= found->second.sequence || is_skewed(registration.time, wall))
    return;
  hear(found->second, now);
}

void Roster::hear(Entry& entry, SteadyTime now) {
  heard_.erase({entry.heard, entry.key()});
  entry.heard = now;
  heard_.emplace(now, entry.key());
}

}  // namespace qnet::directory
