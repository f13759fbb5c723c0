// One direction of a circuit at a guard or a middle: what has come on one stream goes on to the other.
#pragma once

#include <optional>

#include "foundation/net/partial_input.hpp"
#include "foundation/net/write_limited.hpp"
#include "overlay/circuit/layers.hpp"

namespace qnet::circuit {

/// Moves bytes and waits for nothing. Holds no memory but for what could not go on, and for the start of a
/// frame.
class Way {
 public:
  enum class Work {
    pass,   ///< a guard's: bytes go on as they are
    open,   ///< a middle's, away from the client: one layer off
    close,  ///< and towards it: one layer on
  };
  enum class Step {
    moved,    ///< something went on; there may be more
    nothing,  ///< nothing is there now
    no_room,  ///< `to` takes nothing now
    ended,    ///< the end has gone on as well
  };

  /// The streams must outlive it, and `layer` too, which is null for `pass` only. `first` goes before all
  /// else.
  Way(net::ByteStream& from, net::ByteStream& to, Work work, Layer* layer, base::Bytes first = {})
      : from_(from), to_(to), work_(work), layer_(layer), refused_(std::move(first)) {}

  /// At most `most` bytes, or one frame where that is more. An error means that the circuit is broken.
  [[nodiscard]] base::Result<Step> move(std::size_t most);
  /// What move() has moved in all.
  [[nodiscard]] std::uint64_t moved() const { return moved_; }
  [[nodiscard]] net::ByteStream& to() { return to_; }

 private:
  [[nodiscard]] base::Result<Step> pass(std::size_t most);
  [[nodiscard]] base::Result<Step> move_frames(std::size_t most);
  [[nodiscard]] base::Result<void> move_frames_in(base::MutableBytes bytes);
  [[nodiscard]] base::Result<base::ByteView> transformed(base::MutableBytes frame);
  [[nodiscard]] base::Result<void> write(base::ByteView bytes);
  [[nodiscard]] base::Result<bool> write_refused();

  net::ByteStream& from_;
  net::ByteStream& to_;
  Work work_;
  Layer* layer_;
  net::PartialInput input_;
  base::Bytes refused_;  // by `to`
  std::uint64_t moved_ = 0;
};

}  // namespace qnet::circuit
