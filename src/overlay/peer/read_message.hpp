// Reading one length-prefixed message off a stream: the same for requests and answers.
#pragma once

#include <algorithm>
#include <array>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "overlay/peer/connect_message.hpp"

namespace qnet::peer {

/// Takes exactly the message's bytes; what follows stays in the stream.
template <class Message>
net::Task<base::Result<Message>> read_message(net::ByteStream& stream) {
  MessageReader reader;
  std::array<std::uint8_t, ConnectLimits::message> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  for (;;) {
    const auto wanted = reader.wanted();
    if (!wanted) co_return tl::unexpected(wanted.error());
    if (*wanted == 0) co_return Message::decode(reader.message());
    const auto room = base::MutableBytes(chunk).first(std::min(*wanted, chunk.size()));
    const auto got = co_await net::read_some(stream, room);
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(net::Errc::reset);
    reader.feed(room.first(*got));
  }
}

}  // namespace qnet::peer
