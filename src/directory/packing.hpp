// zstd (RFC 8878), with a bound on what comes out.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "directory/error.hpp"

namespace qnet::directory {

[[nodiscard]] base::Bytes pack(base::ByteView bytes);

/// One whole frame that tells its size. Errors: malformed, too_large.
[[nodiscard]] base::Result<base::Bytes> unpack(base::ByteView packed, std::size_t largest);

}  // namespace qnet::directory
