#include "directory/roster.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "directory/public_address.hpp"

namespace qnet::directory {

namespace {

/// An unanswered check is repeated with growing pauses, an answered one each hour.
constexpr std::chrono::minutes kRecheck{60};
constexpr std::chrono::seconds kFirstRetry{10};
constexpr std::chrono::minutes kLastRetry{10};
/// A relay that was listed stays so through one lost check.
constexpr unsigned kFailuresToUnlist = 2;

std::string skew_text(WallTime signed_at, WallTime wall) {
  const auto off = (signed_at - wall).count();
  return std::to_string(off < 0 ? -off : off) + " seconds " + (off < 0 ? "behind" : "ahead of") +
         " this directory's clock";
}

/// A store holds what was verified before it was put there: ten thousand signatures would take a second of
/// each start. Clients verify whom they dial.
std::optional<SignedDescriptor> descriptor_of(const Record& record) {
  auto parsed = SignedDescriptor::parse_unverified(record.descriptor);
  if (!parsed || parsed->descriptor().peer.key() != record.peer) return std::nullopt;
  return std::move(*parsed);
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

Record to_record(const Entry& entry) {
  const auto wire = entry.descriptor.wire();
  return {entry.descriptor.descriptor().peer.key(),
          {wire.begin(), wire.end()},
          entry.sequence,
          entry.first_seen,
          entry.last_seen,
          entry.checked,
          entry.country,
          false};
}

// Keys are points that their owners can choose parts of, but not so as to collide in eight bytes of many.
std::size_t Roster::KeyHash::operator()(const PeerKey& key) const {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return value;
}

base::Result<void> Roster::judge(const Registration& registration, const Entry* known, WallTime wall,
                                 SteadyTime now) const {
  const auto skew = registration.time - wall;
  if (skew > RegistrationLimits::clock_skew || -skew > RegistrationLimits::clock_skew)
    return base::fail(Errc::clock_skewed, skew_text(registration.time, wall));
  const auto gone = departed_.find(registration.peer.key());
  const auto last = known != nullptr
                        ? known->sequence
                        : (gone != departed_.end() && gone->second.until > now ? gone->second.sequence : 0);
  if (registration.sequence <= last)
    return base::fail(Errc::replayed, "the last number taken was " + std::to_string(last));
  if (registration.purpose == Purpose::goodbye) return {};
  if (known != nullptr && now - known->heard < options_.shortest_interval) return base::fail(Errc::too_soon);
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
  return judge_new_addresses(descriptor, known);
}

base::Result<void> Roster::judge_new_addresses(const Descriptor& descriptor, const Entry* known) const {
  if (known == nullptr && entries_.size() >= RosterLimits::relays)
    return base::fail(Errc::full, "try again later");
  const bool will_wait = known == nullptr || known->checked;
  if (will_wait && unchecked_ >= RosterLimits::unchecked)
    return base::fail(Errc::full, "too many relays wait for their address to be checked; try again later");
  for (const auto& address : descriptor.addresses) {
    if (!options_.private_addresses && !may_be_public(address.host))
      return base::fail(Errc::private_address, address.host);
    const auto found = at_host_.find(address.host);
    const bool own =
        known != nullptr && std::ranges::any_of(known->descriptor.descriptor().addresses,
                                                [&](const auto& a) { return a.host == address.host; });
    if (found != at_host_.end() && !own && found->second >= RosterLimits::at_one_host)
      return base::fail(Errc::crowded_address, address.host);
  }
  return {};
}

base::Result<Record> Roster::take(const Registration& registration, WallTime wall, SteadyTime now) {
  const auto& key = registration.peer.key();
  auto found = entries_.find(key);
  const auto* const known = found == entries_.end() ? nullptr : &found->second;
  if (auto judged = judge(registration, known, wall, now); !judged) return base::forward_error(judged);

  if (registration.purpose == Purpose::goodbye) {
    Record record{key, {}, registration.sequence, wall, wall, false, {}, true};
    if (known != nullptr) {
      record = to_record(*known);
      record.sequence = registration.sequence;
      record.departed = true;
      drop(found);
    }
    depart(key, registration.sequence, now);
    return record;
  }
  const bool changed = known == nullptr || known->descriptor.digest() != registration.descriptor_digest;
  const auto first_seen = known == nullptr ? wall : known->first_seen;
  auto& entry = changed ? put(*registration.descriptor, now) : found->second;
  entry.sequence = registration.sequence;
  entry.first_seen = first_seen;
  entry.last_seen = wall;
  entry.heard = now;
  departed_.erase(key);
  return to_record(entry);
}

Entry& Roster::put(SignedDescriptor descriptor, SteadyTime now) {
  const auto key = descriptor.descriptor().peer.key();
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    Entry fresh{std::move(descriptor), 0, {}, {}, {}, false, now, now, 0, false};
    const auto& declared = fresh.descriptor.descriptor().country;
    if (!declared.empty()) fresh.country = {declared, CountrySource::declared};
    auto& entry = entries_.emplace(key, std::move(fresh)).first->second;
    ++unchecked_;
    index(entry);
    return entry;
  }
  auto& entry = found->second;
  const auto& old = entry.descriptor.descriptor();
  const auto& fresh = descriptor.descriptor();
  // The same door under the same key needs no new knock.
  const bool same_door = old.addresses == fresh.addresses && old.noise_key == fresh.noise_key &&
                         old.cover_name == fresh.cover_name && old.cover == fresh.cover;
  const bool listed = entry.checked && same_door;
  list(entry, false);
  unindex(entry);
  entry.descriptor = std::move(descriptor);
  if (entry.country.source != CountrySource::database || !same_door) {
    const auto& declared = entry.descriptor.descriptor().country;
    entry.country = declared.empty() ? Country{} : Country{declared, CountrySource::declared};
  }
  if (!same_door) {
    entry.check_due = now;
    entry.failures = 0;
    entry.checking = false;
  }
  index(entry);
  if (listed) list(entry, true);
  return entry;
}

void Roster::drop(Entries::iterator found) {
  list(found->second, false);
  unindex(found->second);
  --unchecked_;
  entries_.erase(found);
}

void Roster::depart(const PeerKey& peer, std::uint64_t sequence, SteadyTime now) {
  if (departed_.size() >= RosterLimits::departed_peers)
    std::erase_if(departed_, [now](const auto& one) { return one.second.until <= now; });
  if (departed_.size() < RosterLimits::departed_peers)
    departed_[peer] = {sequence, now + RosterLimits::departed};
}

void Roster::index(const Entry& entry) {
  const auto& descriptor = entry.descriptor.descriptor();
  for (const auto& address : descriptor.addresses) ++at_host_[address.host];
  checks_.emplace(entry.check_due, descriptor.peer.key());
}

void Roster::unindex(const Entry& entry) {
  const auto& descriptor = entry.descriptor.descriptor();
  for (const auto& address : descriptor.addresses)
    if (const auto found = at_host_.find(address.host); --found->second == 0) at_host_.erase(found);
  checks_.erase({entry.check_due, descriptor.peer.key()});
}

void Roster::list(Entry& entry, bool wanted) {
  if (entry.checked == wanted) return;
  const auto& key = entry.descriptor.descriptor().peer.key();
  entry.checked = wanted;
  ++revision_;
  if (wanted) {
    by_country_[entry.country.code].insert(key);
    ++listed_count_;
    --unchecked_;
    return;
  }
  const auto found = by_country_.find(entry.country.code);
  found->second.erase(key);
  if (found->second.empty()) by_country_.erase(found);
  --listed_count_;
  ++unchecked_;
}

void Roster::note_alive(const PeerKey& peer, SteadyTime now) {
  if (const auto found = entries_.find(peer); found != entries_.end()) found->second.heard = now;
}

void Roster::restore(const Record& record, SteadyTime now) {
  auto found = entries_.find(record.peer);
  if (found != entries_.end() && found->second.sequence > record.sequence) return;
  if (record.departed) {
    if (found != entries_.end()) drop(found);
    return depart(record.peer, record.sequence, now);
  }
  const bool fresh = found == entries_.end();
  const bool news = fresh || found->second.sequence < record.sequence;
  if (found == entries_.end() && departed_.contains(record.peer) &&
      departed_[record.peer].sequence >= record.sequence)
    return;
  if (found == entries_.end() || !std::ranges::equal(found->second.descriptor.wire(), record.descriptor)) {
    auto descriptor = descriptor_of(record);
    if (!descriptor) return;
    put(std::move(*descriptor), now);
    found = entries_.find(record.peer);
  }
  auto& entry = found->second;
  entry.sequence = record.sequence;
  entry.first_seen = record.first_seen;
  entry.last_seen = record.last_seen;
  if (news) entry.heard = now;
  if (entry.country != record.country && record.country.source >= entry.country.source) {
    const bool listed = entry.checked;
    list(entry, false);
    entry.country = record.country;
    list(entry, listed);
  }
  list(entry, record.checked);
  if (news && record.checked && fresh) delay_check(entry, now);
}

/// A directory that starts does not knock at thousands of doors at once that were open before.
void Roster::delay_check(Entry& entry, SteadyTime now) {
  const auto& key = entry.descriptor.descriptor().peer.key();
  checks_.erase({entry.check_due, key});
  entry.check_due = now + std::chrono::minutes(1) + (kRecheck - std::chrono::minutes(1)) * key[8] / 256;
  checks_.emplace(entry.check_due, key);
}

std::vector<PeerKey> Roster::due_for_check(SteadyTime now, std::size_t most) {
  std::vector<PeerKey> due;
  for (const auto& [when, key] : checks_) {
    if (when > now || due.size() == most) break;
    due.push_back(key);
  }
  for (const auto& key : due) {
    auto& entry = entries_.at(key);
    checks_.erase({entry.check_due, key});
    entry.checking = true;
    // Should nobody ever say what became of it.
    entry.check_due = now + kLastRetry;
    checks_.emplace(entry.check_due, key);
  }
  return due;
}

std::optional<Record> Roster::checked(const PeerKey& peer, const crypto::Digest& descriptor, bool answered,
                                      const Country& country, SteadyTime now) {
  const auto found = entries_.find(peer);
  if (found == entries_.end()) return std::nullopt;
  auto& entry = found->second;
  if (entry.descriptor.digest() != descriptor && !entry.checking) return std::nullopt;
  entry.checking = false;
  entry.failures = answered ? 0 : entry.failures + 1;
  checks_.erase({entry.check_due, peer});
  const auto retry =
      std::min<std::chrono::seconds>(kFirstRetry * (1U << std::min(entry.failures, 8U)), kLastRetry);
  entry.check_due = now + (answered ? std::chrono::seconds(kRecheck) : retry);
  checks_.emplace(entry.check_due, peer);

  const bool listed = answered || (entry.checked && entry.failures < kFailuresToUnlist);
  const bool moved = country.source == CountrySource::database && country != entry.country;
  if (listed == entry.checked && !moved) return std::nullopt;
  list(entry, false);
  if (moved) entry.country = country;
  list(entry, listed);
  return to_record(entry);
}

std::size_t Roster::prune(WallTime wall, SteadyTime now) {
  std::size_t count = 0;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    const bool silent = now - it->second.heard > RosterLimits::expiry;
    if (silent || it->second.descriptor.descriptor().expires <= wall) {
      drop(it);
      ++count;
    }
    it = next;
  }
  std::erase_if(departed_, [now](const auto& one) { return one.second.until <= now; });
  return count;
}

const Entry* Roster::find(const PeerKey& peer) const {
  const auto found = entries_.find(peer);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<const Entry*> Roster::listed(std::string_view country) const {
  std::vector<const Entry*> relays;
  const auto add = [&](const std::set<PeerKey>& keys) {
    for (const auto& key : keys) relays.push_back(&entries_.at(key));
  };
  if (!country.empty()) {
    if (const auto found = by_country_.find(country); found != by_country_.end()) add(found->second);
    return relays;
  }
  relays.reserve(listed_count_);
  for (const auto& [code, keys] : by_country_) add(keys);
  std::ranges::sort(relays, {}, [](const Entry* entry) { return entry->descriptor.descriptor().peer.key(); });
  return relays;
}

std::map<std::string, std::size_t> Roster::countries() const {
  std::map<std::string, std::size_t> counts;
  for (const auto& [code, keys] : by_country_) counts[code] = keys.size();
  return counts;
}

}  // namespace qnet::directory
