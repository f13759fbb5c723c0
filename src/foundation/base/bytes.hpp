// Views and owners of raw bytes, and the few conversions that every layer needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qnet::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// The bytes of a text, without copying; valid as long as the text is.
[[nodiscard]] ByteView bytes_of(std::string_view text);

/// The text of some bytes, without copying; valid as long as the bytes are.
[[nodiscard]] std::string_view text_of(ByteView bytes);

void append(Bytes& to, ByteView from);

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// Nothing when the text has an odd length or a character that is no hexadecimal digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// RFC 4648 §5, without padding.
[[nodiscard]] std::string to_base64url(ByteView bytes);

/// Nothing when the text is not canonical unpadded base64url.
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace qnet::base
