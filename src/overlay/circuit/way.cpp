#include "overlay/circuit/way.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::circuit {

using Step = Way::Step;

base::Result<Step> Way::move(std::size_t most) {
  const auto all = write_refused();
  if (!all) return tl::unexpected(all.error());
  const auto room = std::min(to_.write_room(), most);
  if (!*all || room == 0) return Step::no_room;
  return work_ == Work::pass ? pass(room) : move_frames(room);
}

base::Result<Step> Way::pass(std::size_t most) {
  if (const auto held = from_.peek(); !held.empty()) {
    const auto put = to_.try_write(held.first(std::min({most, held.size(), net::kScratchSize})));
    if (!put) return tl::unexpected(put.error());
    from_.consume(*put);
    moved_ += *put;
    return *put > 0 ? Step::moved : Step::no_room;
  }
  const auto memory = net::thread_scratch();
  const auto got = from_.try_read(memory.first(std::min(most, memory.size())));
  if (!got) {
    if (got.error().is(net::Errc::would_block)) return Step::nothing;
    return tl::unexpected(got.error());
  }
  if (*got == 0) {
    to_.finish();
    return Step::ended;
  }
  if (auto written = write(memory.first(*got)); !written) return tl::unexpected(written.error());
  return Step::moved;
}

base::Result<Step> Way::move_frames(std::size_t most) {
  // No more than goes on now, but a whole frame.
  const auto got = input_.read(from_, std::max(most, FrameLimits::largest));
  if (!got) {
    if (got.error().is(net::Errc::would_block)) return Step::nothing;
    return tl::unexpected(got.error());
  }
  if (*got == 0) {
    if (!input_.empty()) return base::fail(Errc::ended);
    to_.finish();
    return Step::ended;
  }
  if (auto moved = move_frames_in(input_.with(*got)); !moved) return tl::unexpected(moved.error());
  return Step::moved;
}

/// All whole frames; the start of one more is kept.
base::Result<void> Way::move_frames_in(base::MutableBytes bytes) {
  for (;;) {
    const auto size = frame_size(bytes);
    if (!size) return tl::unexpected(size.error());
    if (!*size || bytes.size() < **size) break;
    const auto frame = transformed(bytes.first(**size));
    if (!frame) return tl::unexpected(frame.error());
    if (auto written = write(*frame); !written) return written;
    bytes = bytes.subspan(**size);
  }
  input_.keep(bytes);
  return {};
}

base::Result<base::ByteView> Way::transformed(base::MutableBytes frame) {
  if (work_ == Work::open) {
    const auto text = layer_->open(frame);
    if (!text) return tl::unexpected(text.error());
    const auto inner = frame_size(*text);
    if (!inner || *inner != text->size()) return base::fail(Errc::malformed);
    return *text;
  }
  thread_local std::array<std::uint8_t, FrameLimits::largest + FrameLimits::overhead> memory;
  const auto sealed = base::MutableBytes(memory).first(frame.size() + FrameLimits::overhead);
  std::memcpy(sealed.data() + FrameLimits::length_field, frame.data(), frame.size());
  if (!layer_->seal(sealed)) return base::fail(Errc::keys_used_up);
  if (!frame_size(sealed)) return base::fail(Errc::malformed);
  return sealed;
}

base::Result<void> Way::write(base::ByteView bytes) {
  std::size_t put = 0;
  if (refused_.empty()) {
    const auto taken = to_.try_write(bytes);
    if (!taken) return tl::unexpected(taken.error());
    put = *taken;
  }
  moved_ += put;
  base::append(refused_, bytes.subspan(put));
  return {};
}

/// Whether nothing is left of it.
base::Result<bool> Way::write_refused() {
  if (refused_.empty()) return true;
  const auto put = to_.try_write(refused_);
  if (!put) return tl::unexpected(put.error());
  moved_ += *put;
  refused_.erase(refused_.begin(), refused_.begin() + static_cast<std::ptrdiff_t>(*put));
  if (!refused_.empty()) return false;
  base::Bytes().swap(refused_);
  return true;
}

}  // namespace qnet::circuit
