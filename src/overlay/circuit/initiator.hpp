// A client's side of a circuit's beginning: takes the answers of all hops, each through the layers of those
// before it (docs/spec/circuit.md, "Answers"). No I/O.
#pragma once

#include "overlay/circuit/creation.hpp"
#include "overlay/circuit/layers.hpp"

namespace qnet::circuit {

class Initiator {
 public:
  explicit Initiator(std::deque<noise::HandshakeState> handshakes) : handshakes_(std::move(handshakes)) {}

  /// Of the next thing to be taken, which `input` begins with; nothing while that is not known.
  [[nodiscard]] base::Result<std::optional<std::size_t>> next_size(base::ByteView input) const;
  /// Takes it. After an error the circuit must be given up; established() hops had answered well, so the pair
  /// to blame is that hop (or we) and the next.
  [[nodiscard]] base::Result<void> take(base::MutableBytes whole);

  [[nodiscard]] bool done() const { return handshakes_.empty(); }
  [[nodiscard]] std::size_t established() const { return layers_.count(); }
  /// Of the handshake with the last hop; when done().
  [[nodiscard]] const crypto::Digest& handshake_hash() const { return handshake_hash_; }
  /// Once, when done().
  [[nodiscard]] Layers take_layers() { return std::move(layers_); }

 private:
  std::deque<noise::HandshakeState> handshakes_;  // of the hops that have not answered
  Layers layers_;
  crypto::Digest handshake_hash_{};
};

}  // namespace qnet::circuit
