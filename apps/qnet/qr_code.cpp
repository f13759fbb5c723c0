#include "qr_code.hpp"

#include <memory>

#include <qrencode.h>

namespace qnet::cli {

namespace {
// The standard asks for four light modules around the code; two are enough for every scanner tried.
constexpr int kMargin = 2;
}  // namespace

std::optional<std::string> qr_code(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L), &QRcode_free);
  if (!code) return std::nullopt;
  const auto dark = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
    return inside && (code->data[y * code->width + x] & 1) != 0;
  };
  std::string picture;
  for (int y = -kMargin; y < code->width + kMargin; y += 2) {
    for (int x = -kMargin; x < code->width + kMargin; ++x) {
      const bool upper = dark(x, y);
      const bool lower = dark(x, y + 1);
      // Terminals are mostly dark: what is light in the code is drawn.
      picture += upper && lower ? " " : upper ? "\u2584" : lower ? "\u2580" : "\u2588";
    }
    picture += '\n';
  }
  return picture;
}

}  // namespace qnet::cli
