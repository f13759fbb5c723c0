// What a relay does with a circuit's frames: takes its layer off on the way to the exit, and puts it on on
// the way back.
#pragma once

#include "foundation/net/byte_stream.hpp"
#include "overlay/circuit/layers.hpp"

namespace qnet::circuit {

/// Moves frames until the end of `from`, which becomes the end of `to`. The layer of each is opened. An error
/// on either side, and a frame that does not open or holds no frame, resets both. `layer` must outlive it.
net::Task<base::Result<void>> open_frames(net::ByteStream& from, net::ByteStream& to, Layer& layer);

/// The same; each is sealed with the layer. Frames that are too large for one more layer are malformed.
net::Task<base::Result<void>> seal_frames(net::ByteStream& from, net::ByteStream& to, Layer& layer);

}  // namespace qnet::circuit
