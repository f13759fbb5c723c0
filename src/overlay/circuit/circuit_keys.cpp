#include "overlay/circuit/circuit_keys.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"
#include "foundation/crypto/hash.hpp"

namespace qnet::circuit {

namespace {

using Limits = CircuitKeyLimits;

/// The second of the day at which this relay's periods begin.
std::chrono::seconds offset_of(const peer::PeerId& relay) {
  const auto digest = crypto::sha256({base::bytes_of("qnet-circuit-period:"), relay.key()});
  const auto day = static_cast<std::uint64_t>(std::chrono::seconds(Limits::period).count());
  return std::chrono::seconds(base::load_be<std::uint64_t>(digest.data()) % day);
}

}  // namespace

CircuitKeys::CircuitKeys(const peer::PeerId& relay) : offset_(offset_of(relay)) {}

WallTime CircuitKeys::beginning_of_period(WallTime now) const {
  // A machine without a clock starts in 1970; no period begins before that.
  now = std::max(now, WallTime(2 * Limits::period));
  return now - (now.time_since_epoch() - offset_) % Limits::period;
}

bool CircuitKeys::update(WallTime now, base::RandomSource& random) {
  const auto current = beginning_of_period(now);
  current_ = current;
  bool changed = false;
  for (auto& slot : slots_) {
    if (!slot || (slot->from >= current - Limits::period && slot->from <= current + 2 * Limits::period))
      continue;
    slot.reset();
    changed = true;
  }
  for (const auto from : {current, current + Limits::period}) {
    if (find(from) != nullptr) continue;
    free_slot()->emplace(Held{from, crypto::X25519KeyPair::generate(random)});
    changed = true;
  }
  return changed;
}

std::optional<WallTime> CircuitKeys::next_deadline() const {
  if (!current_) return std::nullopt;
  return *current_ + Limits::period;
}

std::vector<PublishedKey> CircuitKeys::published() const {
  std::vector<PublishedKey> keys;
  if (!current_) return keys;
  for (const auto from : {*current_, *current_ + Limits::period})
    if (const auto* const key = find(from)) keys.push_back({key->pair.public_key, from, from + Limits::life});
  return keys;
}

std::vector<crypto::X25519KeyPair> CircuitKeys::acceptable(WallTime now) const {
  std::vector<const Held*> open = held();
  std::erase_if(open, [&](const Held* key) {
    return now < key->from - Limits::early || now >= key->from + Limits::life;
  });
  std::ranges::sort(open, std::ranges::greater(), &Held::from);
  std::vector<crypto::X25519KeyPair> pairs;
  pairs.reserve(open.size());
  for (const auto* const key : open) pairs.push_back(key->pair.clone());
  return pairs;
}

std::vector<const CircuitKeys::Held*> CircuitKeys::held() const {
  std::vector<const Held*> keys;
  for (const auto& slot : slots_)
    if (slot) keys.push_back(&*slot);
  return keys;
}

bool CircuitKeys::restore(Held key) {
  auto* const slot = free_slot();
  if (slot == nullptr || find(key.from) != nullptr || beginning_of_period(key.from) != key.from) return false;
  slot->emplace(std::move(key));
  return true;
}

const CircuitKeys::Held* CircuitKeys::find(WallTime from) const {
  const auto found =
      std::ranges::find_if(slots_, [&](const auto& slot) { return slot && slot->from == from; });
  return found == slots_.end() ? nullptr : &**found;
}

std::optional<CircuitKeys::Held>* CircuitKeys::free_slot() {
  const auto found = std::ranges::find_if(slots_, [](const auto& slot) { return !slot; });
  return found == slots_.end() ? nullptr : &*found;
}

}  // namespace qnet::circuit
