#pragma once

#include <string>

#include "foundation/net/pump.hpp"

namespace qnet::net::testing {

/// Everything that comes, with what came after it: "bytes(end)" or "bytes(the connection was broken off)".
inline Task<std::string> read_text(ByteStream& stream) {
  std::string all;
  base::Bytes chunk(64 * 1024);
  for (;;) {
    const auto got = co_await read_some(stream, chunk);
    if (!got) co_return all + "(" + got.error().message() + ")";
    if (*got == 0) co_return all + "(end)";
    all += base::text_of(base::ByteView(chunk).first(*got));
  }
}

/// False when it could not be written.
inline Task<bool> write_text(ByteStream& stream, std::string_view text) {
  const auto done = co_await write_all(stream, base::bytes_of(text));
  co_return done.has_value();
}

}  // namespace qnet::net::testing
