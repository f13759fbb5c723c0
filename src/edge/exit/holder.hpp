// The client or session that the exit holds a connection for: to count by, no more. Never for a log.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "foundation/ip/client_prefix.hpp"

namespace qnet::exit {

class Holder {
 public:
  /// Nobody in particular: without a share.
  Holder() = default;
  /// A client by its address: more sessions give it no more places.
  explicit Holder(ip::ClientPrefix client)
      : kind_(Kind::client), value_(static_cast<std::uint64_t>(client)) {}
  /// A session, where the address is not known. `name` is of no other that lives.
  explicit Holder(const void* name) : kind_(Kind::session), value_(reinterpret_cast<std::uintptr_t>(name)) {}
  /// A circuit. Its client is not known, and may have many: so all that came over this relay count together
  /// as well. `through`: session::Stream::party(), not 0.
  Holder(const void* circuit, std::uint64_t through) : Holder(circuit) { through_ = through; }

  [[nodiscard]] bool has_share() const { return kind_ != Kind::nobody; }
  /// All circuits that came over the same relay; nothing for anybody else.
  [[nodiscard]] std::optional<Holder> all_through_the_relay() const {
    if (through_ == 0) return std::nullopt;
    Holder all;
    all.kind_ = Kind::relay;
    all.value_ = through_;
    return all;
  }
  auto operator<=>(const Holder&) const = default;

 private:
  enum class Kind : std::uint8_t { nobody, client, session, relay };
  Kind kind_ = Kind::nobody;
  std::uint64_t value_ = 0;
  std::uint64_t through_ = 0;
};

}  // namespace qnet::exit
