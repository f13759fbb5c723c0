#include "transport/calibration/h2_opening.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/endian.hpp"

namespace qnet::calibration {

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kFrameHeader = 9;
constexpr std::size_t kSetting = 6;
constexpr std::uint8_t kHeadersType = 1;
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kEndHeaders = 4;
constexpr std::uint8_t kSettingsType = 4;
constexpr std::uint8_t kWindowUpdateType = 8;
constexpr std::uint32_t kWindow = 15'663'105;  // Chromium's

struct Setting {
  std::uint16_t id;
  std::uint32_t value;
};
// RFC 9113 §6.5.2, with Chromium's values.
constexpr std::array<Setting, 5> kSettings = {{{1, 65'536}, {2, 0}, {4, 6'291'456}, {6, 262'144}, {3, 1000}}};

template <class T>
void append_integer(base::Bytes& to, T value) {
  const auto at = to.size();
  to.resize(at + sizeof(T));
  base::store_be(to.data() + at, value);
}

void append_frame_header(base::Bytes& to, std::size_t size, std::uint8_t type, std::uint8_t flags = 0,
                         std::uint32_t stream = 0) {
  append_integer(to, static_cast<std::uint32_t>(size << 8U | type));
  to.push_back(flags);
  append_integer(to, stream);
}

}  // namespace

base::Bytes h2_opening(std::size_t size) {
  const auto fixed = kPreface.size() + 2 * kFrameHeader + sizeof(kWindow);
  const auto count = std::min((std::max(size, fixed) - fixed) / kSetting, kSettings.size());
  base::Bytes out;
  base::append(out, base::bytes_of(kPreface));
  append_frame_header(out, count * kSetting, kSettingsType);
  for (std::size_t i = 0; i < count; ++i) {
    append_integer(out, kSettings[i].id);
    append_integer(out, kSettings[i].value);
  }
  append_frame_header(out, sizeof(kWindow), kWindowUpdateType);
  append_integer(out, kWindow);
  return out;
}

base::Bytes h2_request(std::string_view authority) {
  // RFC 7541 appendix A: GET, https and "/" are whole fields of the static table; :authority is a name there.
  base::Bytes fields{0x82, 0x87, 0x84, 0x41};
  // §5.1: a length of seven bits, and the rest in a second byte.
  fields.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(authority.size(), 127)));
  if (authority.size() >= 127) fields.push_back(static_cast<std::uint8_t>(authority.size() - 127));
  base::append(fields, base::bytes_of(authority));
  base::Bytes out;
  append_frame_header(out, fields.size(), kHeadersType, kEndStream | kEndHeaders, 1);
  base::append(out, fields);
  return out;
}

}  // namespace qnet::calibration
