// Whose circuits are counted together.
#pragma once

#include <compare>
#include <cstdint>
#include <cstring>

#include "foundation/crypto/x25519.hpp"

namespace qnet::circuit {

/// One session, one relay, all sessions of one party, or everybody who asks for the same.
struct Who {
  enum class Kind : std::uint8_t {
    ourselves,
    session,
    party,
    relay,
    relays_of_party,
    all_extends,
    all_creates_of_clients,
    all_creates_of_relays
  };

  Kind kind{};
  std::uint64_t name = 0;

  /// By session::Stream::session_name().
  [[nodiscard]] static Who session(const void* name) {
    return {Kind::session, reinterpret_cast<std::uintptr_t>(name)};
  }
  /// By link::party_of(); 0 where the address is not known: then nobody can be told apart.
  [[nodiscard]] static Who party(std::uint64_t name) { return {Kind::party, name}; }
  /// A relay has one key, and as many sessions as it likes. Who wants the first eight bytes of another's must
  /// make 2^64 keys.
  [[nodiscard]] static Who relay(const crypto::X25519Public& key) {
    Who who{Kind::relay};
    std::memcpy(&who.name, key.data(), sizeof who.name);
    return who;
  }
  /// All relays of that party.
  [[nodiscard]] static Who relays_of(std::uint64_t party) { return {Kind::relays_of_party, party}; }

  [[nodiscard]] static Who all(Kind kind) { return {kind, 0}; }

  friend auto operator<=>(const Who&, const Who&) = default;
};

}  // namespace qnet::circuit
