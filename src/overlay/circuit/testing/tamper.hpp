// Somebody between two hops who changes frames: the operator of either, or of the link.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/pump.hpp"
#include "overlay/circuit/layers.hpp"
#include "overlay/circuit/opening.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::circuit::testing {

enum class Tampering { change_length, change_text, change_tag, drop, repeat, swap, inject, cut };

struct Tamper {
  Tampering what{};
  bool forward = true;
  /// Of the direction's frames, the first that is touched.
  std::size_t frame = 3;
  // What was seen.
  bool touched = false;
  std::optional<base::Error> refused{};  ///< how the hop behind ended the stream
};

/// One direction of a stream, with its frames in the hand of a Tamper.
class TamperedDirection {
 public:
  TamperedDirection(std::size_t before_frames, Tamper* tamper) : before_(before_frames), tamper_(tamper) {}

  /// What goes on for what has come.
  base::Bytes pass(base::ByteView bytes) {
    base::append(input_, bytes);
    base::Bytes out;
    const auto raw = std::min(before_, input_.size());
    take(raw, out);
    before_ -= raw;
    while (before_ == 0) {
      const auto size = frame_size(input_);
      if (!size || !*size || input_.size() < **size) break;
      base::Bytes frame;
      take(**size, frame);
      base::append(out, tampered(std::move(frame)));
    }
    return out;
  }

 private:
  void take(std::size_t count, base::Bytes& to) {
    base::append(to, base::ByteView(input_).first(count));
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  base::Bytes tampered(base::Bytes frame) {
    if (!held_.empty()) {
      base::append(frame, std::exchange(held_, {}));
      return frame;
    }
    if (tamper_ == nullptr || tamper_->touched || count_++ < tamper_->frame) return frame;
    tamper_->touched = true;
    switch (tamper_->what) {
      case Tampering::change_length: frame[1] ^= 0x40; return frame;
      case Tampering::change_text: frame[2] ^= 1; return frame;
      case Tampering::change_tag: frame.back() ^= 1; return frame;
      case Tampering::drop: return {};
      case Tampering::repeat: {
        const auto copy = frame;
        base::append(frame, copy);
        return frame;
      }
      case Tampering::swap: held_ = std::move(frame); return {};
      case Tampering::inject: {
        base::Bytes more = frame;
        std::ranges::fill(base::MutableBytes(more).subspan(2), std::uint8_t{7});
        base::append(more, frame);
        return more;
      }
      case Tampering::cut: frame.resize(frame.size() / 2); return frame;
    }
    return frame;
  }

  std::size_t before_;
  Tamper* tamper_;
  base::Bytes input_;
  base::Bytes held_;
  std::size_t count_ = 0;
};

/// How the hop behind takes it shows at its own stream, in either direction.
inline void note(Tamper& tamper, const base::Error& error) {
  if (tamper.touched && !tamper.refused) tamper.refused = error;
}

inline net::Task<void> pass_on(session::Stream& from, session::Stream& to, TamperedDirection direction,
                               Tamper& tamper, bool is_back) {
  base::Bytes chunk(65536);
  for (;;) {
    const auto got = co_await net::read_some(from, chunk);
    if (!got) {
      if (is_back == tamper.forward) note(tamper, got.error());
      co_return to.reset();
    }
    if (*got == 0) {
      to.finish();
      co_return;
    }
    const auto out = direction.pass(base::ByteView(chunk).first(*got));
    if (const auto written = co_await net::write_all(to, out); !written) {
      if (is_back != tamper.forward) note(tamper, written.error());
      co_return from.reset();
    }
    if (tamper.touched && tamper.what == Tampering::cut && is_back != tamper.forward) {
      to.finish();
      co_return;
    }
  }
}

/// Passes every stream on to the hop behind, `to`.
inline session::Protocols tampering(std::shared_ptr<session::Session> to, std::shared_ptr<Tamper> tamper) {
  return {{std::string(kCircuitProtocol),
           [to, tamper](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
             const auto kept = tamper;
             auto next = to->open(std::string(kCircuitProtocol), {});
             if (!next) co_return;
             const std::shared_ptr<session::Stream> up(std::move(stream));
             const std::shared_ptr<session::Stream> down(std::move(*next));
             boost::asio::co_spawn(
                 up->executor(),
                 [](auto upper, auto lower, auto shared) -> net::Task<void> {
                   TamperedDirection back(CreationLimits::answer, shared->forward ? nullptr : shared.get());
                   co_await pass_on(*lower, *upper, std::move(back), *shared, true);
                 }(up, down, kept),
                 boost::asio::detached);
             TamperedDirection forth(Opening::size, kept->forward ? kept.get() : nullptr);
             co_await pass_on(*up, *down, std::move(forth), *kept, false);
           }}};
}

}  // namespace qnet::circuit::testing
