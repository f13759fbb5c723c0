#include "foundation/cbor/utf8.hpp"

namespace qnet::cbor {

bool is_utf8(base::ByteView bytes) {
  std::size_t i = 0;
  const auto continuation = [&](std::uint8_t low, std::uint8_t high) {
    return i < bytes.size() && bytes[i] >= low && bytes[i] <= high ? (++i, true) : false;
  };
  while (i < bytes.size()) {
    const auto lead = bytes[i++];
    if (lead < 0x80) continue;
    // The table of RFC 3629 §4.
    bool good = false;
    if (lead >= 0xc2 && lead <= 0xdf) {
      good = continuation(0x80, 0xbf);
    } else if (lead >= 0xe0 && lead <= 0xef) {
      good = continuation(lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && continuation(0x80, 0xbf);
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      good = continuation(lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) &&
             continuation(0x80, 0xbf) && continuation(0x80, 0xbf);
    }
    if (!good) return false;
  }
  return true;
}

}  // namespace qnet::cbor
