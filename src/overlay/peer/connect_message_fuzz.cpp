// Whatever a peer sends: one message is taken, never more than the limit, and what decodes can be sent again.
#include <cstdlib>

#include "overlay/peer/peer_message.hpp"

namespace {

using namespace qnet;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Message>
void round_trip(base::ByteView bytes) {
  const auto message = Message::decode(bytes);
  if (!message) return;
  peer::MessageReader reader;
  const auto encoded = message->encode();
  require(reader.feed(encoded) == encoded.size());
  const auto again = Message::decode(reader.message());
  require(again.has_value() && *again == *message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  peer::MessageReader at_once;
  const auto taken = at_once.feed(input);
  require(taken <= 2 + peer::ConnectLimits::message);
  peer::MessageReader bytewise;
  for (const auto& byte : input) {
    if (bytewise.feed({&byte, 1}) == 0) break;
  }
  require(base::to_hex(at_once.message()) == base::to_hex(bytewise.message()));
  const auto wanted = at_once.wanted();
  if (wanted && *wanted == 0) {
    round_trip<peer::ConnectRequest>(at_once.message());
    round_trip<peer::ConnectAnswer>(at_once.message());
    round_trip<peer::PeerAnswer>(at_once.message());
  }
  return 0;
}
