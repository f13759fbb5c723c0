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

bool is_skewed(WallTime time, WallTime wall) {
  return time - wall > RegistrationLimits::clock_skew || wall - time > RegistrationLimits::clock_skew;
}

/// The same door under the same key needs no new knock.
bool same_address(const Descriptor& one, const Descriptor& other) {
  return one.addresses == other.addresses && one.noise_key == other.noise_key &&
         one.cover_name == other.cover_name && one.cover == other.cover;
}

Country declared_country(const Descriptor& descriptor) {
  if (descriptor.country.empty()) return {};
  return {descriptor.country, CountrySource::declared};
}

/// What the operator of a relay that answers, and is not listed, is told.
base::Result<void> tell(const Entry& entry) {
  switch (entry.obstacle) {
    case Obstacle::none: break;
    case Obstacle::crowded: return base::fail(Errc::crowded_address, entry.host());
    case Obstacle::list_full: return base::fail(Errc::full, "the list is as long as clients take");
  }
  return {};
}

}  // namespace

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
  const bool same = known != nullptr && known->descriptor.digest() == registration.descriptor_digest;
  if (!registration.descriptor && !same) return base::fail(Errc::unknown_peer);
  const auto& descriptor =
      registration.descriptor ? registration.descriptor->descriptor() : known->descriptor.descriptor();
  if (descriptor.expires <= wall) return base::fail(Errc::expired, "sign a new descriptor");
  if (descriptor.issued - wall > RegistrationLimits::clock_skew)
    return base::fail(Errc::clock_skewed, skew_text(descriptor.issued, wall));
  if (same) return {};
  if (known != nullptr && descriptor.issued < known->descriptor.descriptor().issued)
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
    // Anybody can make keys that say goodbye: what nobody knew is not written down.
    if (known == nullptr) return std::optional<Record>();
    found->second.sequence = registration.sequence;
    auto record = to_record(*known);
    record.last_seen = wall;
    record.departed = true;
    drop(found, now);
    return record;
  }
  const bool changed = known == nullptr || known->descriptor.digest() != registration.descriptor_digest;
  if (changed)
    if (auto room = make_room(registration.descriptor->descriptor(), known, now); !room)
      return base::forward_error(room);
  const auto first_seen = known == nullptr ? wall : known->first_seen;
  auto& entry = changed ? put(*registration.descriptor, now) : found->second;
  entry.sequence = registration.sequence;
  entry.first_seen = first_seen;
  entry.last_seen = wall;
  entry.heard = now;
  entry.taken = now;
  if (auto told = tell(entry); !told) return base::forward_error(told);
  return to_record(entry);
}

/// Whether one more may wait for its check; who failed one goes for it. Who is listed and stays where it is
/// needs no room: however many strangers wait, they cannot make it fall off the list.
base::Result<void> Roster::make_room(const Descriptor& fresh, const Entry* known, SteadyTime now) {
  if (known != nullptr && same_address(known->descriptor.descriptor(), fresh)) return {};
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

Entry& Roster::put(SignedDescriptor descriptor, SteadyTime now) {
  const auto key = descriptor.descriptor().peer.key();
  departed_.erase(key);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    auto& entry = entries_.emplace(key, Entry{.descriptor = std::move(descriptor)}).first->second;
    entry.country = declared_country(entry.descriptor.descriptor());
    entry.check_due = now;
    entry.address_version = ++address_versions_;
    index(entry);
    return entry;
  }
  auto& entry = found->second;
  const bool same = same_address(entry.descriptor.descriptor(), descriptor.descriptor());
  const bool listed = entry.checked;
  unindex(entry);
  unlist(entry);
  entry.descriptor = std::move(descriptor);
  if (entry.country.source != CountrySource::database || !same)
    entry.country = declared_country(entry.descriptor.descriptor());
  if (!same) {
    // Since when it fails stays, and who has not answered at the last one counts as failing: nobody keeps a
    // place by trying one door after the other.
    if (!listed && entry.failing_since == SteadyTime{}) entry.failing_since = now;
    entry.check_due = now;
    entry.failures = 0;
    entry.obstacle = Obstacle::none;
    entry.site = ip::ClientPrefix::unknown;
    entry.address_version = ++address_versions_;
  }
  if (listed && same) list(entry);
  index(entry);
  return entry;
}

void Roster::drop(Entries::iterator found, SteadyTime now) {
  unindex(found->second);
  unlist(found->second);
  departed_.add(found->first, found->second.sequence, now);
  entries_.erase(found);
}

void Roster::note_alive(const Registration& registration, WallTime wall, SteadyTime now) {
  const auto found = entries_.find(registration.peer.key());
  if (found == entries_.end() || registration.purpose != Purpose::alive ||
      registration.sequence <= found->second.sequence || is_skewed(registration.time, wall))
    return;
  found->second.heard = now;
}

std::size_t Roster::prune(WallTime wall, SteadyTime now) {
  std::size_t count = 0;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    const bool silent = now - it->second.heard > RosterLimits::expiry;
    if (silent || it->second.descriptor.descriptor().expires <= wall) {
      drop(it, now);
      ++count;
    }
    it = next;
  }
  departed_.expire(now);
  return count;
}

const Entry* Roster::find(const PeerKey& peer) const {
  const auto found = entries_.find(peer);
  return found == entries_.end() ? nullptr : &found->second;
}

const Roster::Ordered& Roster::listed_in(std::string_view country) const {
  static const Ordered nobody;
  if (country.empty()) return listed_;
  const auto found = by_country_.find(country);
  return found == by_country_.end() ? nobody : found->second;
}

std::size_t Roster::listed_count(std::string_view country) const { return listed_in(country).size(); }

std::vector<const Entry*> Roster::listed(std::string_view country) const {
  return listed_after(nullptr, entries_.size(), country);
}

std::vector<const Entry*> Roster::listed_after(const PeerKey* last, std::size_t most,
                                               std::string_view country) const {
  const auto& all = listed_in(country);
  std::vector<const Entry*> relays;
  relays.reserve(std::min(most, all.size()));
  auto next = last == nullptr ? all.begin() : all.upper_bound(*last);
  for (; next != all.end() && relays.size() < most; ++next) relays.push_back(*next);
  return relays;
}

std::map<std::string, std::size_t> Roster::countries() const {
  std::map<std::string, std::size_t> counts;
  for (const auto& [code, keys] : by_country_) counts[code] = keys.size();
  return counts;
}

}  // namespace qnet::directory
