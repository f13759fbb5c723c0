// Hops that answer as no relay of ours does.
#pragma once

#include <functional>

#include "foundation/net/pump.hpp"
#include "overlay/circuit/opening.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::path::testing {

/// What a hop sends for the first bytes of a stream.
using AnswerMaker = std::function<base::Bytes(const circuit::Opening&)>;

/// Sends the answer in one write, and ends the stream when the client does.
inline session::Handler handmade_hop(AnswerMaker make_answer) {
  return [make_answer = std::move(make_answer)](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
    base::Bytes bytes(circuit::Opening::size);
    for (std::size_t had = 0; had < bytes.size();) {
      const auto got = co_await net::read_some(*stream, base::MutableBytes(bytes).subspan(had));
      if (!got || *got == 0) co_return;
      had += *got;
    }
    const auto opening = circuit::Opening::decode(bytes);
    if (!opening) co_return;
    const auto answer = make_answer(*opening);
    if (!co_await net::write_all(*stream, answer)) co_return;
    (void)co_await net::read_some(*stream, bytes);
  };
}

}  // namespace qnet::path::testing
