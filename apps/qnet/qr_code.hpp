#pragma once

#include <optional>
#include <string>

namespace qnet::cli {

/// A text as a QR code of block characters, two rows a line, dark on light as scanners want it. Nothing when
/// the text is too long for one.
[[nodiscard]] std::optional<std::string> qr_code(const std::string& text);

}  // namespace qnet::cli
