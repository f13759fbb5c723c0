#include "htx/tls.hpp"

namespace qnet::htx {

base::Result<std::optional<RecordPrefix>> read_record(base::ByteView bytes) {
  if (bytes.size() < kRecordHeader) return std::nullopt;
  const auto type = bytes[0];
  const std::size_t size = base::load_be<std::uint16_t>(&bytes[3]);
  if (type < kChangeCipherSpec || type > kApplicationData ||
      base::load_be<std::uint16_t>(&bytes[1]) != kTls12 || size == 0 || size > kLargestCiphertext)
    return base::fail(Errc::bad_record);
  if (bytes.size() < kRecordHeader + size) return std::nullopt;
  return RecordPrefix{type, size};
}

void append_record_header(base::Bytes& to, std::uint8_t type, std::size_t body_size, std::uint16_t version) {
  to.push_back(type);
  append_integer(to, version);
  append_integer(to, static_cast<std::uint16_t>(body_size));
}

void append_change_cipher_spec(base::Bytes& to) {
  append_record_header(to, kChangeCipherSpec, 1);
  to.push_back(1);
}

bool is_change_cipher_spec(base::ByteView body) { return body.size() == 1 && body[0] == 1; }

}  // namespace qnet::htx
