#include "overlay/circuit/frame_pump.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/partial_input.hpp"

namespace qnet::circuit {

namespace {

// As net::pump(): others on this core have their turn.
constexpr unsigned kTurnsBeforeYield = 8;

class Opening {
 public:
  explicit Opening(Layer& layer) : layer_(layer) {}
  base::Result<base::ByteView> operator()(base::MutableBytes frame) {
    const auto text = layer_.open(frame);
    if (!text) return tl::unexpected(text.error());
    const auto inner = frame_size(*text);
    if (!inner || *inner != text->size()) return base::fail(Errc::malformed);
    return *text;
  }

 private:
  Layer& layer_;
};

class Sealing {
 public:
  explicit Sealing(Layer& layer) : layer_(layer) {}
  base::Result<base::ByteView> operator()(base::MutableBytes frame) {
    thread_local std::array<std::uint8_t, FrameLimits::largest + FrameLimits::overhead> memory;
    const auto sealed = base::MutableBytes(memory).first(frame.size() + FrameLimits::overhead);
    std::memcpy(sealed.data() + FrameLimits::length_field, frame.data(), frame.size());
    if (!layer_.seal(sealed)) return base::fail(Errc::keys_used_up);
    if (!frame_size(sealed)) return base::fail(Errc::malformed);
    return sealed;
  }

 private:
  Layer& layer_;
};

/// Transforms all whole frames in `bytes` and writes them; what `to` refuses is appended to `refused`, and
/// the start of a frame is kept in `input`.
template <class Transform>
base::Result<void> move_frames(base::MutableBytes bytes, net::ByteStream& to, Transform& transform,
                               base::Bytes& refused, net::PartialInput& input) {
  for (;;) {
    const auto size = frame_size(bytes);
    if (!size) return tl::unexpected(size.error());
    if (!*size || bytes.size() < **size) break;
    auto moved = transform(bytes.first(**size));
    if (!moved) return tl::unexpected(moved.error());
    if (refused.empty()) {
      const auto put = to.try_write(*moved);
      if (!put) return tl::unexpected(put.error());
      moved = moved->subspan(*put);
    }
    base::append(refused, *moved);
    bytes = bytes.subspan(**size);
  }
  input.keep(bytes);
  return {};
}

template <class Transform>
net::Task<base::Result<void>> pump_until_end(net::ByteStream& from, net::ByteStream& to,
                                             Transform transform) {
  net::PartialInput input;
  for (unsigned turn = 1;; ++turn) {
    const auto room = to.write_room();
    if (room == 0) {
      if (auto ready = co_await to.wait_writable(); !ready) co_return ready;
      continue;
    }
    // No more than goes on now, but a whole frame.
    const auto got = input.read(from, std::max(room, FrameLimits::largest));
    if (!got) {
      if (!got.error().is(net::Errc::would_block)) co_return tl::unexpected(got.error());
      if (auto ready = co_await from.wait_readable(); !ready) co_return ready;
      continue;
    }
    if (*got == 0) {
      if (!input.empty()) co_return base::fail(Errc::ended);
      to.finish();
      co_return base::Result<void>();
    }
    base::Bytes refused;
    if (auto moved = move_frames(input.with(*got), to, transform, refused, input); !moved) co_return moved;
    if (!refused.empty())
      if (auto written = co_await net::write_all(to, refused); !written) co_return written;
    if (turn % kTurnsBeforeYield == 0) co_await boost::asio::post(boost::asio::use_awaitable);
  }
}

template <class Transform>
net::Task<base::Result<void>> pump_or_reset(net::ByteStream& from, net::ByteStream& to, Transform transform) {
  auto ended = co_await pump_until_end(from, to, transform);
  if (!ended) {
    from.reset();
    to.reset();
  }
  co_return ended;
}

}  // namespace

net::Task<base::Result<void>> open_frames(net::ByteStream& from, net::ByteStream& to, Layer& layer) {
  return pump_or_reset(from, to, Opening(layer));
}

net::Task<base::Result<void>> seal_frames(net::ByteStream& from, net::ByteStream& to, Layer& layer) {
  return pump_or_reset(from, to, Sealing(layer));
}

}  // namespace qnet::circuit
