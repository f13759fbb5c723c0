// Whose circuits are counted together.
#pragma once

#include <compare>
#include <cstdint>

namespace qnet::circuit {

/// One session, all sessions of one party, or all sessions of a kind.
struct Who {
  enum class Kind : std::uint8_t { session, party, all_clients, all_relays };

  Kind kind{};
  std::uint64_t name = 0;

  /// By session::Stream::session_name().
  [[nodiscard]] static Who session(const void* name) {
    return {Kind::session, reinterpret_cast<std::uintptr_t>(name)};
  }
  /// By link::party_of(); 0 where the address is not known: then nobody can be told apart.
  [[nodiscard]] static Who party(std::uint64_t name) { return {Kind::party, name}; }

  [[nodiscard]] static Who all(bool relays) { return {relays ? Kind::all_relays : Kind::all_clients, 0}; }

  friend auto operator<=>(const Who&, const Who&) = default;
};

}  // namespace qnet::circuit
