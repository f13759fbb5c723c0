#include "overlay/circuit/layers.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "foundation/base/endian.hpp"

namespace qnet::circuit {

namespace {

using Limits = FrameLimits;

/// Whether a frame with one to CreationLimits::layers layers around a text of one of the sizes has this size.
bool is_a_size(std::size_t frame) {
  for (std::size_t layers = 1; layers <= CreationLimits::layers; ++layers) {
    const auto around = layers * Limits::overhead;
    if (frame <= around) return false;
    const auto text = frame - around;
    if (text == CreationLimits::answer || std::ranges::find(Limits::sizes, text) != Limits::sizes.end())
      return true;
  }
  return false;
}

/// The smallest size that holds so much, or the largest.
std::size_t size_for(std::size_t text) {
  const auto found = std::ranges::lower_bound(Limits::sizes, text);
  return found == Limits::sizes.end() ? Limits::sizes.back() : *found;
}

}  // namespace

base::Result<std::optional<std::size_t>> frame_size(base::ByteView input) {
  if (input.size() < Limits::length_field) return std::nullopt;
  const auto size = Limits::length_field + base::load_be<std::uint16_t>(input.data());
  if (!is_a_size(size)) return base::fail(Errc::malformed);
  return size;
}

Layer::Layer(noise::TransportKeys keys, noise::Role role)
    : send_(std::move(role == noise::Role::initiator ? keys.from_initiator : keys.from_responder)),
      receive_(std::move(role == noise::Role::initiator ? keys.from_responder : keys.from_initiator)) {}

bool Layer::seal(base::MutableBytes frame) {
  base::store_be<std::uint16_t>(frame.data(),
                                static_cast<std::uint16_t>(frame.size() - Limits::length_field));
  send_.rekey_when_due(Limits::rekey_interval);
  const auto text = frame.subspan(Limits::length_field, frame.size() - Limits::overhead);
  const noise::CipherState::Tag tag(frame.last<Limits::tag>());
  return send_.seal(frame.first(Limits::length_field), text, tag).has_value();
}

base::Result<base::MutableBytes> Layer::open(base::MutableBytes frame) {
  const auto size = frame_size(frame);
  if (!size) return tl::unexpected(size.error());
  if (*size != frame.size()) return base::fail(Errc::malformed);
  receive_.rekey_when_due(Limits::rekey_interval);
  const auto text = frame.subspan(Limits::length_field, frame.size() - Limits::overhead);
  const noise::CipherState::ConstTag tag(frame.last<Limits::tag>());
  if (!receive_.open(frame.first(Limits::length_field), text, tag)) return base::fail(Errc::forged_frame);
  return text;
}

std::size_t Layers::data_of_next(std::size_t data) {
  const auto wanted = std::min(data, most_data) + Limits::length_field;
  const auto size = size_for(wanted);
  if (size == Limits::sizes.front() || 2 * wanted >= size) return wanted - Limits::length_field;
  return *(std::ranges::lower_bound(Limits::sizes, wanted) - 1) - Limits::length_field;
}

base::MutableBytes Layers::data_of(base::MutableBytes room) const {
  return room.subspan((layers_.size() + 1) * Limits::length_field, most_data);
}

std::optional<std::size_t> Layers::seal(base::MutableBytes room, std::size_t data) {
  assert(data == data_of_next(data));
  auto begin = layers_.size() * Limits::length_field;
  auto size = size_for(data + Limits::length_field);
  base::store_be<std::uint16_t>(room.data() + begin, static_cast<std::uint16_t>(data));
  const auto used = Limits::length_field + data;
  std::memset(room.data() + begin + used, 0, size - used);
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
    begin -= Limits::length_field;
    size += Limits::overhead;
    if (!layer->seal(room.subspan(begin, size))) return std::nullopt;
  }
  return size;
}

base::Result<base::MutableBytes> Layers::open(base::MutableBytes frame) {
  for (auto& layer : layers_) {
    auto text = layer.open(frame);
    if (!text) return text;
    frame = *text;
  }
  return frame;
}

base::Result<base::MutableBytes> Layers::data_in(base::MutableBytes text) {
  if (std::ranges::find(Limits::sizes, text.size()) == Limits::sizes.end())
    return base::fail(Errc::malformed);
  const auto data = base::load_be<std::uint16_t>(text.data());
  if (data > text.size() - Limits::length_field) return base::fail(Errc::malformed);
  return text.subspan(Limits::length_field, data);
}

}  // namespace qnet::circuit
