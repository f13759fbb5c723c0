// MD5, because JA3 is made with it. It protects nothing; nothing may rely on it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "foundation/base/bytes.hpp"

namespace qnet::crypto {

/// Nothing where the machine's OpenSSL is set up to refuse it.
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> md5(base::ByteView whole);

}  // namespace qnet::crypto
