#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/base/bytes.hpp"

namespace qnet::peer {

/// Base58 with Bitcoin's alphabet, as libp2p writes peer ids.
[[nodiscard]] std::string to_base58(base::ByteView bytes);
[[nodiscard]] std::optional<base::Bytes> from_base58(std::string_view text);

}  // namespace qnet::peer
