// A peer that breaks every rule, against an owner who uses the whole API. Memory, streams and answers stay
// within Limits, and after an error nothing moves any more.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "protocol/mux/yamux.hpp"

namespace {

using namespace qnet;
using mux::Event;
using mux::Yamux;

constexpr mux::Limits kLimits{.largest_window = 512 * 1024,
                              .buffered = 1024 * 1024,
                              .inbound_streams = 8,
                              .outbound_streams = 8,
                              .id_gaps = 16,
                              .events = 256};

void check(bool truth) {
  if (!truth) std::abort();
}

/// What an owner may do with a stream, chosen by a byte.
void use(Yamux& mux, mux::StreamId stream, std::uint8_t choice) {
  switch (choice % 7) {
    case 0: mux.consume(stream, mux.readable(stream)); break;
    case 1: mux.send(stream, base::bytes_of("some bytes")); break;
    case 2: mux.finish(stream); break;
    case 3: mux.reset(stream); break;
    case 4: mux.abandon(stream); break;
    case 5: mux.consume(stream, mux.readable(stream) / 2); break;
    default: (void)mux.at_end(stream); break;
  }
}

/// Takes what waits in pieces of a size, as far as it fits; whole frames only.
void pull(Yamux& mux, std::size_t size) {
  base::Bytes out(size);
  while (const auto made = mux.pull(out)) {
    check(made <= size);
    for (auto rest = base::ByteView(out).first(made); !rest.empty();) {
      check(rest.size() >= mux::FrameHeader::size);
      const auto header = mux::FrameHeader::decode(rest.first<mux::FrameHeader::size>());
      check(header.has_value());
      const std::size_t payload = header->type == mux::FrameType::data ? header->length : 0;
      check(rest.size() - mux::FrameHeader::size >= payload);
      rest = rest.subspan(mux::FrameHeader::size + payload);
    }
  }
}

}  // namespace

// The input is a sequence of: a length byte, an action byte, and that many bytes from the peer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  Yamux mux(size % 2 == 0 ? mux::Role::initiator : mux::Role::responder, kLimits);
  std::vector<mux::StreamId> streams;
  Yamux::Time now{};
  bool failed = false;
  while (input.size() >= 2) {
    const auto action = input[1];
    const auto count = std::min<std::size_t>(input[0], input.size() - 2);
    const bool taken = mux.receive(input.subspan(2, count), now).has_value();
    check(!(failed && taken));
    failed = !taken;
    input = input.subspan(2 + count);
    now += std::chrono::milliseconds(action);

    while (const auto event = mux.next_event())
      if (event->kind == Event::Kind::opened) streams.push_back(event->stream);
    if (action % 5 == 0)
      if (const auto opened = mux.open()) streams.push_back(*opened);
    if (!streams.empty()) use(mux, streams[action % streams.size()], static_cast<std::uint8_t>(action / 5));
    mux.advance(now);
    check(!mux.next_deadline() || *mux.next_deadline() > now);

    check(mux.stream_count() <= kLimits.inbound_streams + kLimits.outbound_streams);
    check(mux.buffered() <= kLimits.buffered + size);
    // Not always: what waits must survive that its stream is reset, finished or abandoned meanwhile.
    if (action % 3 != 0) pull(mux, action);
  }
  return 0;
}
