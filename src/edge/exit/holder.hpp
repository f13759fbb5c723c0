// The client or session that the exit holds a connection for: to count by, no more. Never for a log.
#pragma once

#include <compare>
#include <cstdint>

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

  [[nodiscard]] bool has_share() const { return kind_ != Kind::nobody; }
  auto operator<=>(const Holder&) const = default;

 private:
  enum class Kind : std::uint8_t { nobody, client, session };
  Kind kind_ = Kind::nobody;
  std::uint64_t value_ = 0;
};

}  // namespace qnet::exit
