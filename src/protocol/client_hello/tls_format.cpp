#include "protocol/client_hello/tls_format.hpp"

#include <algorithm>
#include <array>

namespace qnet::client_hello {

namespace {

// RFC 8446 §4.1.3: a ServerHello with this random is a HelloRetryRequest.
constexpr std::array<std::uint8_t, kRandomSize> kRetryRandom = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

}  // namespace

std::string_view describe(TlsFormatErrc code) {
  switch (code) {
    case TlsFormatErrc::bad_record: return "something that is no TLS record";
  }
  return "unknown fault in a TLS record";
}

bool is_retry_request(base::ByteView random) { return std::ranges::equal(random, kRetryRandom); }

base::Result<std::optional<RecordPrefix>> read_record(base::ByteView bytes) {
  if (bytes.size() < kRecordHeader) return std::nullopt;
  const auto type = bytes[0];
  const std::size_t size = base::load_be<std::uint16_t>(&bytes[3]);
  if (type < kChangeCipherSpec || type > kApplicationData ||
      base::load_be<std::uint16_t>(&bytes[1]) != kTls12 || size == 0 || size > kLargestCiphertext)
    return base::fail(TlsFormatErrc::bad_record);
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

}  // namespace qnet::client_hello
