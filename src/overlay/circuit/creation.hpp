// How a circuit begins: one message, sealed once for each hop, and one answer of each (docs/spec/circuit.md,
// "Creation"). No I/O and no clock.
#pragma once

#include <chrono>
#include <deque>
#include <span>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "overlay/circuit/error.hpp"
#include "overlay/circuit/limits.hpp"
#include "overlay/peer/peer_id.hpp"
#include "protocol/noise/handshake_state.hpp"

namespace qnet::circuit {

using WallTime = std::chrono::sys_seconds;

/// A hop that has a layer, and the circuit key of its descriptor.
struct Hop {
  peer::PeerId peer;
  crypto::X25519Public circuit_key{};
};

/// What a client has begun.
struct Created {
  base::Bytes message;                           ///< CreationLimits::message bytes, for the first hop
  std::deque<noise::HandshakeState> handshakes;  ///< of each hop, the first in front
};

/// `hops`: 1 to CreationLimits::layers. `early`: at most CreationLimits::early bytes, for the last hop. It is
/// sealed under that hop's circuit key alone: an attacker who learns that key later can read it. `random`
/// must outlive the handshakes.
[[nodiscard]] base::Result<Created> create(std::span<const Hop> hops, WallTime now, base::ByteView early,
                                           base::RandomSource& random);

enum class Instruction : std::uint8_t {
  extend = 1,  ///< the rest is for the next peer
  end = 2,     ///< the circuit ends here
};

/// A first message that was for us.
struct Opened {
  noise::HandshakeState handshake;  ///< answer() goes on with it
  Instruction instruction{};
  peer::PeerId next;  ///< of `extend`
  base::Bytes rest;   ///< of `extend` the next hop's whole message, else what came early
};

/// Opens a first message with the first of these keys that it is for. Not asked here: whether it came before
/// (ephemeral_of()). `random` must outlive the handshake.
[[nodiscard]] base::Result<Opened> open(base::ByteView message, const peer::PeerId& self,
                                        std::span<const crypto::X25519KeyPair> keys, WallTime now,
                                        base::RandomSource& random);

/// What makes a first message unlike all others, for a replay cache. The message must be whole.
[[nodiscard]] crypto::X25519Public ephemeral_of(base::ByteView message);

/// The first byte of an answer. On the wire.
enum class Status : std::uint8_t { ok = 0, refused = 1, unreachable = 2, overloaded = 3 };

/// Our own answer: CreationLimits::answer bytes, and the keys of our layer.
struct Answered {
  base::Bytes answer;
  noise::TransportKeys keys;
};
[[nodiscard]] base::Result<Answered> answer(Opened& opened);
/// The answer of a hop that will not take part, or of the hop before when the next one could not be reached.
[[nodiscard]] base::Bytes refuse(Status status, base::RandomSource& random);

/// A client takes a hop's answer: the keys of its layer, or `hop_refused`, `hop_unreachable`,
/// `hop_overloaded` or `hop_lies`.
[[nodiscard]] base::Result<noise::TransportKeys> take_answer(noise::HandshakeState& handshake,
                                                             base::ByteView answer);

}  // namespace qnet::circuit
