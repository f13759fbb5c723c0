#include "overlay/circuit/initiator.hpp"

namespace qnet::circuit {

base::Result<std::optional<std::size_t>> Initiator::next_size(base::ByteView input) const {
  if (layers_.count() == 0) return CreationLimits::answer;
  return frame_size(input);
}

base::Result<void> Initiator::take(base::MutableBytes whole) {
  if (layers_.count() > 0) {
    const auto text = layers_.open(whole);
    if (!text) return tl::unexpected(text.error());
    whole = *text;
  }
  auto keys = take_answer(handshakes_.front(), whole);
  if (!keys) return base::forward_error(keys);
  handshake_hash_ = keys->handshake_hash;
  layers_.add(std::move(*keys), noise::Role::initiator);
  handshakes_.pop_front();
  return {};
}

}  // namespace qnet::circuit
