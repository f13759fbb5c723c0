#include "protocol/client_hello/clear_records.hpp"

#include <string>

namespace qnet::client_hello {

namespace {

constexpr std::uint8_t kMajorVersion = 3;
constexpr std::size_t kAlertSize = 2;
constexpr std::uint8_t kWarning = 1;
constexpr std::uint8_t kFatal = 2;
/// BoringSSL's limit.
constexpr unsigned kWarnings = 4;

}  // namespace

std::string_view describe(ClearErrc code) {
  switch (code) {
    case ClearErrc::version: return "a record of no version of TLS";
    case ClearErrc::too_long: return "a record longer than TLS allows";
    case ClearErrc::unexpected: return "a record that has no place here";
    case ClearErrc::long_message: return "a handshake message longer than any";
    case ClearErrc::bad_alert: return "an alert of another size";
    case ClearErrc::bad_alert_level: return "an alert of an unknown level";
    case ClearErrc::alert: return "an alert";
  }
  return "unknown fault in a record in clear";
}

std::optional<std::uint8_t> clear_alert_for(const base::Error& error) {
  if (error.is(ClearErrc::version)) return 70;          // protocol_version
  if (error.is(ClearErrc::too_long)) return 22;         // record_overflow
  if (error.is(ClearErrc::unexpected)) return 10;       // unexpected_message
  if (error.is(ClearErrc::long_message)) return 47;     // illegal_parameter
  if (error.is(ClearErrc::bad_alert)) return 50;        // decode_error
  if (error.is(ClearErrc::bad_alert_level)) return 47;  // illegal_parameter
  return std::nullopt;
}

void append_clear_alert(base::Bytes& to, std::uint8_t description) {
  append_record_header(to, kAlert, kAlertSize, kTls10);
  to.push_back(kFatal);
  to.push_back(description);
}

base::Result<std::optional<RecordPrefix>> read_clear_record(base::ByteView bytes) {
  if (bytes.size() < kRecordHeader) return std::nullopt;
  const std::size_t size = base::load_be<std::uint16_t>(&bytes[3]);
  if (bytes[1] != kMajorVersion) return base::fail(ClearErrc::version);
  if (size > kLargestCiphertext) return base::fail(ClearErrc::too_long);
  if (bytes.size() < kRecordHeader + size) return std::nullopt;
  if (size > kLargestPlaintext) return base::fail(ClearErrc::too_long);
  return RecordPrefix{bytes[0], size};
}

base::Result<bool> ClearRecords::take(std::uint8_t type, base::ByteView body) {
  if (!body.empty()) empty_ = 0;
  if (body.empty() && ++empty_ > kEmptyRecords) return base::fail(ClearErrc::unexpected);
  if (type == kAlert) return take_alert(body);
  warnings_ = 0;
  // RFC 8446 §5 lets a ChangeCipherSpec come; a client that does not know the version yet refuses it.
  if (type != kHandshake) return base::fail(ClearErrc::unexpected);
  return true;
}

base::Result<bool> ClearRecords::take_alert(base::ByteView body) {
  if (body.size() != kAlertSize) return base::fail(ClearErrc::bad_alert);
  if (body[0] < kWarning || body[0] > kFatal) return base::fail(ClearErrc::bad_alert_level);
  if (body[0] == kFatal || body[1] == kCloseNotify)
    return base::fail(ClearErrc::alert, std::to_string(body[1]));
  if (++warnings_ > kWarnings) return base::fail(ClearErrc::unexpected);
  return false;
}

std::optional<std::size_t> handshake_message_size(base::ByteView bytes) {
  if (bytes.size() < kHandshakeHeader) return std::nullopt;
  return kHandshakeHeader + (std::size_t{bytes[1]} << 16U) + base::load_be<std::uint16_t>(&bytes[2]);
}

}  // namespace qnet::client_hello
