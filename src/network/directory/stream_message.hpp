// Reading one message of an exchange off a stream.
#pragma once

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::directory {

/// The message behind a u32 length of at most `largest`. Memory grows with the bytes that have come, not with
/// the length that is announced.
[[nodiscard]] net::Task<base::Result<base::Bytes>> read_framed(net::ByteStream& stream, std::size_t largest);

}  // namespace qnet::directory
