#include "protocol/client_hello/hello_records.hpp"

#include <algorithm>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using Status = JoinedHello::Status;

/// More than any browser's hello has bytes: web servers take it in records of one byte each. A bound, so that
/// not much is kept.
constexpr std::size_t kRecords = 4096;
/// A record of so many bytes may hold a whole hello, as far as one can tell before its length is there.
constexpr std::size_t kLongEnough = 64;

bool may_go_on(base::ByteView header) {
  // A longer one is refused by its header alone, and the origin says how.
  return header[0] == kHandshake && header[1] == 3 &&
         base::load_be<std::uint16_t>(&header[3]) <= kLargestPlaintext;
}

}  // namespace

JoinedHello HelloRecords::join(base::ByteView bytes, unsigned empty_records) {
  for (; count_ < kRecords; ++count_, taken_ = 0) {
    ++work_;
    const auto rest = bytes.subspan(at_);
    if (rest.size() < kRecordHeader) return {count_ == 0 ? Status::unbroken : Status::need_more, {}};
    if (!may_go_on(rest)) return {count_ == 0 ? Status::unbroken : Status::not_hello, {}};
    const std::size_t body = base::load_be<std::uint16_t>(&rest[3]);
    const auto there = rest.subspan(kRecordHeader, std::min(body, rest.size() - kRecordHeader));
    if (count_ == 0) {
      const auto whole = handshake_message_size(there);
      if (whole ? body >= *whole : body >= kLongEnough) return {Status::unbroken, {}};
    }
    if (body == 0 && empty_ + 1 > empty_records) return {Status::not_hello, {}};
    work_ += there.size() - taken_;
    base::append(message_, there.subspan(taken_));
    taken_ = there.size();
    if (is_refused()) return {Status::not_hello, {}};
    if (there.size() < body) return {Status::need_more, {}};
    const auto whole = handshake_message_size(message_);
    if (whole && message_.size() > *whole) return {Status::not_hello, {}};
    empty_ = body == 0 ? empty_ + 1 : 0;
    at_ += kRecordHeader + body;
    if (!whole || message_.size() < *whole) continue;
    JoinedHello joined{Status::joined, {}, at_};
    append_record_header(joined.record, kHandshake, message_.size(), base::load_be<std::uint16_t>(&bytes[1]));
    base::append(joined.record, message_);
    return joined;
  }
  return {Status::not_hello, {}};
}

/// By what has come of the message.
bool HelloRecords::is_refused() const {
  if (!message_.empty() && message_[0] != kClientHello) return true;
  const auto whole = handshake_message_size(message_);
  return whole && *whole > ClientHelloLimits::record;
}

JoinedHello join_hello_records(base::ByteView bytes, unsigned empty_records) {
  return HelloRecords().join(bytes, empty_records);
}

}  // namespace qnet::client_hello
