#include "control/qr_svg.hpp"

#include <memory>

#include <fmt/format.h>
#include <qrencode.h>

namespace qnet::control {

std::string qr_svg(const std::string& text) {
  constexpr int kMargin = 4;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L), &QRcode_free);
  if (!code) return {};
  std::string dark;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if ((code->data[y * code->width + x] & 1) != 0)
        dark += fmt::format("M{} {}h1v1h-1z", x + kMargin, y + kMargin);
  const int size = code->width + 2 * kMargin;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">)"
      R"(<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>)",
      size, dark);
}

}  // namespace qnet::control
