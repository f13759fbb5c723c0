// A QR code as an SVG picture.
#pragma once

#include <string>

namespace qnet::control {

/// Black on white, with the margin of four modules that the standard asks for (ISO/IEC 18004). Empty for a
/// text that is too long for a QR code.
[[nodiscard]] std::string qr_svg(const std::string& text);

}  // namespace qnet::control
