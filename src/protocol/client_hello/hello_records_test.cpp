#include "protocol/client_hello/hello_records.hpp"

#include <gtest/gtest.h>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {
namespace {

using Status = JoinedHello::Status;

base::Bytes whole_hello() {
  base::Bytes body(600, 0x5a);
  base::Bytes record;
  append_record_header(record, kHandshake, kHandshakeHeader + body.size(), kTls10);
  record.push_back(kClientHello);
  record.push_back(0);
  append_integer(record, static_cast<std::uint16_t>(body.size()));
  base::append(record, body);
  return record;
}

/// The same message in records of at most `size` bytes.
base::Bytes cut(const base::Bytes& record, std::size_t size) {
  base::Bytes out;
  for (auto rest = base::ByteView(record).subspan(kRecordHeader); !rest.empty();) {
    const auto piece = rest.first(std::min(size, rest.size()));
    append_record_header(out, kHandshake, piece.size(), kTls10);
    base::append(out, piece);
    rest = rest.subspan(piece.size());
  }
  return out;
}

TEST(HelloRecords, puts_a_cut_hello_together_again) {
  const auto record = whole_hello();
  for (const std::size_t size : {10U, 100U, 300U, 603U}) {
    const auto pieces = cut(record, size);
    const auto joined = join_hello_records(pieces);
    ASSERT_EQ(joined.status, Status::joined) << size;
    EXPECT_EQ(joined.record, record);
    EXPECT_EQ(joined.consumed, pieces.size());
  }
}

TEST(HelloRecords, waits_for_every_byte_of_a_cut_hello) {
  for (const std::size_t piece : {10U, 250U}) {
    const auto pieces = cut(whole_hello(), piece);
    for (std::size_t size = kRecordHeader + kHandshakeHeader; size < pieces.size(); ++size)
      EXPECT_EQ(join_hello_records(base::ByteView(pieces).first(size)).status, Status::need_more) << size;
    for (std::size_t size = 0; size < kRecordHeader + kHandshakeHeader; ++size) {
      const auto start = base::ByteView(pieces).first(size);
      const auto status = join_hello_records(start).status;
      EXPECT_TRUE(
          status == Status::need_more ||
          (status == Status::unbroken && parse_client_hello(start).status == ClientHelloStatus::need_more))
          << size;
    }
  }
}

TEST(HelloRecords, leaves_an_unbroken_hello_alone) {
  const auto record = whole_hello();
  for (std::size_t size = 0; size <= record.size(); ++size)
    EXPECT_EQ(join_hello_records(base::ByteView(record).first(size)).status, Status::unbroken) << size;
}

TEST(HelloRecords, leaves_a_record_that_is_too_long_to_the_origin_at_its_header) {
  auto bytes = cut(whole_hello(), 100);
  bytes.resize(kRecordHeader + 100);
  base::append(bytes, base::Bytes{22, 3, 3, 0x40, 0x01});
  EXPECT_EQ(join_hello_records(bytes).status, Status::not_hello);
}

TEST(HelloRecords, refuses_what_no_server_would_join) {
  const auto record = whole_hello();
  auto other_type = cut(record, 300);
  other_type[kRecordHeader + 300] = kApplicationData;
  EXPECT_EQ(join_hello_records(other_type).status, Status::not_hello);
  auto empty = cut(record, 300);
  empty[kRecordHeader + 300 + 3] = empty[kRecordHeader + 300 + 4] = 0;
  EXPECT_EQ(join_hello_records(empty).status, Status::not_hello);
  EXPECT_EQ(join_hello_records(cut(record, 5)).status, Status::not_hello)
      << "more records than any real hello";
  auto too_long = cut(record, 300);
  too_long[kRecordHeader + 1] = 1;
  EXPECT_EQ(join_hello_records(too_long).status, Status::not_hello);
  auto beyond = cut(record, 603);
  beyond[kRecordHeader + 603 + 4] = 2;
  beyond.push_back(0);
  EXPECT_EQ(join_hello_records(beyond).status, Status::not_hello) << "bytes behind the message";
}

}  // namespace
}  // namespace qnet::client_hello
