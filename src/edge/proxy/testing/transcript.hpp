// A whole conversation with a proxy protocol, as an application could see it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/dialogue.hpp"

namespace qnet::proxy::testing {

struct Transcript {
  Dialogue::State state = Dialogue::State::reading;
  base::Bytes sent;
  Destination destination;
  base::Bytes rest;
  bool operator==(const Transcript&) const = default;
};

/// Feeds `input` in pieces of `piece` bytes.
template <class Protocol>
[[nodiscard]] Transcript converse(base::ByteView input, std::size_t piece,
                                  const std::optional<Credentials>& credentials) {
  Protocol protocol(credentials);
  Transcript transcript;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    protocol.feed(input.subspan(at, std::min(piece, input.size() - at)));
    base::append(transcript.sent, protocol.take_output());
  }
  transcript.state = protocol.state();
  transcript.destination = protocol.destination();
  transcript.rest = protocol.rest();
  return transcript;
}

}  // namespace qnet::proxy::testing
