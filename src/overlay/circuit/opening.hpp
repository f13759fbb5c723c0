// The first bytes of a stream `/qnet/circuit/1`, of one size from a client and from a relay.
#pragma once

#include <string_view>

#include "overlay/circuit/creation.hpp"

namespace qnet::circuit {

inline constexpr std::string_view kCircuitProtocol = "/qnet/circuit/1";

struct Opening {
  enum class Kind : std::uint8_t {
    create = 1,  ///< the message is for the peer that reads it
    extend = 2,  ///< from a client to its guard: the message is for `next`
  };
  static constexpr std::size_t size = 1 + 32 + CreationLimits::message;

  Kind kind{};
  peer::PeerId next;
  base::Bytes message;

  [[nodiscard]] base::Bytes encode() const;
  /// `bytes`: Opening::size of them.
  [[nodiscard]] static base::Result<Opening> decode(base::ByteView bytes);
};

}  // namespace qnet::circuit
