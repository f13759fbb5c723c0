#include "protocol/client_hello/hello_records.hpp"

#include <algorithm>

#include "protocol/client_hello/clear_records.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using Status = JoinedHello::Status;

/// More than any browser's hello has bytes: web servers take it in records of one byte each. A bound, so that
/// not much is kept, and read again with each piece that comes.
constexpr std::size_t kRecords = 4096;
/// A record of so many bytes may hold a whole hello, as far as one can tell before its length is there.
constexpr std::size_t kLongEnough = 64;

bool may_go_on(base::ByteView header) {
  // A longer one is refused by its header alone, and the origin says how.
  return header[0] == kHandshake && header[1] == 3 &&
         base::load_be<std::uint16_t>(&header[3]) <= kLargestPlaintext;
}

}  // namespace

JoinedHello join_hello_records(base::ByteView bytes) {
  base::Bytes message;
  std::size_t at = 0;
  unsigned empty = 0;  // in a row
  for (std::size_t count = 0; count < kRecords; ++count) {
    const auto rest = bytes.subspan(at);
    if (rest.size() < kRecordHeader) return {count == 0 ? Status::unbroken : Status::need_more, {}};
    if (!may_go_on(rest)) return {count == 0 ? Status::unbroken : Status::not_hello, {}};
    const std::size_t body = base::load_be<std::uint16_t>(&rest[3]);
    empty = body == 0 ? empty + 1 : 0;
    if (empty > kEmptyRecords) return {Status::not_hello, {}};
    const auto there = rest.subspan(kRecordHeader, std::min(body, rest.size() - kRecordHeader));
    if (count == 0) {
      const auto whole = handshake_message_size(there);
      if (whole ? body >= *whole : body >= kLongEnough) return {Status::unbroken, {}};
    }
    base::append(message, there);
    const auto whole = handshake_message_size(message);
    if (!message.empty() && message[0] != kClientHello) return {Status::not_hello, {}};
    if (whole && *whole > ClientHelloLimits::record) return {Status::not_hello, {}};
    if (there.size() < body) return {Status::need_more, {}};
    if (whole && message.size() > *whole) return {Status::not_hello, {}};
    at += kRecordHeader + body;
    if (!whole || message.size() < *whole) continue;
    JoinedHello joined{Status::joined, {}, at};
    append_record_header(joined.record, kHandshake, message.size(), base::load_be<std::uint16_t>(&bytes[1]));
    base::append(joined.record, message);
    return joined;
  }
  return {Status::not_hello, {}};
}

}  // namespace qnet::client_hello
