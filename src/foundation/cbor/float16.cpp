#include "foundation/cbor/float16.hpp"

#include <cmath>
#include <limits>

namespace qnet::cbor {

namespace {
constexpr int kMantissaBits = 10;
constexpr int kBias = 15;
}  // namespace

double from_half(std::uint16_t half) {
  const int exponent = half >> kMantissaBits & 0x1f;
  const int mantissa = half & 0x3ff;
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, 1 - kBias - kMantissaBits);
  } else if (exponent < 31) {
    value = std::ldexp(mantissa + 0x400, exponent - kBias - kMantissaBits);
  } else {
    value =
        mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return (half & 0x8000) != 0 ? -value : value;
}

std::optional<std::uint16_t> to_half(double value) {
  if (std::isnan(value)) return std::uint16_t{0x7e00};
  const unsigned sign = std::signbit(value) ? 0x8000U : 0U;
  const double magnitude = std::fabs(value);
  if (std::isinf(value)) return static_cast<std::uint16_t>(sign | 0x7c00U);
  if (magnitude == 0) return static_cast<std::uint16_t>(sign);
  int exponent = 0;
  (void)std::frexp(magnitude, &exponent);  // magnitude = f * 2^exponent, 0.5 <= f < 1
  const int biased = std::max(exponent - 1 + kBias, 0);
  if (biased >= 31) return std::nullopt;
  const double scaled = std::ldexp(magnitude, kBias + kMantissaBits - (biased == 0 ? 1 : biased));
  if (scaled != std::floor(scaled)) return std::nullopt;
  const auto digits = static_cast<unsigned>(scaled);
  return static_cast<std::uint16_t>(
      sign | (biased == 0 ? digits : (static_cast<unsigned>(biased) << 10U | (digits & 0x3ffU))));
}

}  // namespace qnet::cbor
