// The layers of a circuit, and the frames that cross them (docs/spec/circuit.md, "Frames"). No I/O.
#pragma once

#include <optional>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "overlay/circuit/error.hpp"
#include "overlay/circuit/limits.hpp"
#include "protocol/noise/handshake_state.hpp"

namespace qnet::circuit {

/// The size on the wire of the frame that begins `input`: nothing while that is not known. A size that no
/// frame has is `malformed`.
[[nodiscard]] base::Result<std::optional<std::size_t>> frame_size(base::ByteView input);

/// One hop's layer, at either end. A frame is a length, and sealed text with the length as associated data.
class Layer {
 public:
  Layer(noise::TransportKeys keys, noise::Role role);

  /// Seals `text` where it lies. FrameLimits::length_field bytes before it and FrameLimits::tag behind it are
  /// the frame's too, and are written. False when the key may seal no more.
  [[nodiscard]] bool seal(base::MutableBytes frame);
  /// Opens a whole frame where it lies; the text is inside `frame`.
  [[nodiscard]] base::Result<base::MutableBytes> open(base::MutableBytes frame);

 private:
  noise::CipherState send_;
  noise::CipherState receive_;
};

/// All layers that this end knows: the client those of each hop, an exit its own. Innermost travel a length,
/// as many bytes of data, and zeros.
class Layers {
 public:
  /// The next one inwards.
  void add(noise::TransportKeys keys, noise::Role role) { layers_.emplace_back(std::move(keys), role); }
  [[nodiscard]] std::size_t count() const { return layers_.size(); }

  /// Data of one frame at most.
  static constexpr std::size_t most_data = FrameLimits::sizes.back() - FrameLimits::length_field;
  /// Of that much data, how much goes into the next frame: all that the largest size holds that it fills at
  /// least half; what is small goes into a small one.
  [[nodiscard]] static std::size_t data_of_next(std::size_t data);

  /// Where the data of a frame goes that begins at the beginning of `room`, FrameLimits::largest bytes.
  [[nodiscard]] base::MutableBytes data_of(base::MutableBytes room) const;
  /// Seals the frame with so many bytes of data there, data_of_next() of them. Its size; nothing when a key
  /// may seal no more.
  [[nodiscard]] std::optional<std::size_t> seal(base::MutableBytes room, std::size_t data);
  /// Opens a frame as far inwards as there are layers, and gives the text of the innermost.
  [[nodiscard]] base::Result<base::MutableBytes> open(base::MutableBytes frame);
  /// The data in the innermost text.
  [[nodiscard]] static base::Result<base::MutableBytes> data_in(base::MutableBytes text);

 private:
  std::vector<Layer> layers_;  // the first is the outermost
};

}  // namespace qnet::circuit
