#include "protocol/client_hello/hello_records.hpp"

#include <algorithm>

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
  for (const std::size_t size : {1U, 10U, 100U, 300U, 603U}) {
    const auto pieces = cut(record, size);
    const auto joined = join_hello_records(pieces);
    ASSERT_EQ(joined.status, Status::joined) << size;
    EXPECT_EQ(joined.record, record);
    EXPECT_EQ(joined.consumed, pieces.size());
  }
}

TEST(HelloRecords, ignores_the_versions_of_all_records) {
  const auto record = whole_hello();
  auto pieces = cut(record, 300);
  pieces[2] = 0xff;
  pieces[kRecordHeader + 300 + 2] = 0;
  const auto joined = join_hello_records(pieces);
  ASSERT_EQ(joined.status, Status::joined);
  EXPECT_TRUE(std::ranges::equal(base::ByteView(joined.record).subspan(kRecordHeader),
                                 base::ByteView(record).subspan(kRecordHeader)));
  pieces[kRecordHeader + 300 + 1] = 2;
  EXPECT_EQ(join_hello_records(pieces).status, Status::not_hello);
}

TEST(HelloRecords, takes_up_to_32_empty_records_in_a_row) {
  const auto record = whole_hello();
  const auto pieces = cut(record, 300);
  for (const std::ptrdiff_t at : {std::ptrdiff_t{0}, static_cast<std::ptrdiff_t>(kRecordHeader + 300)}) {
    for (const unsigned count : {1U, 32U, 33U}) {
      base::Bytes empty;
      for (unsigned i = 0; i < count; ++i) append_record_header(empty, kHandshake, 0);
      auto with = pieces;
      with.insert(with.begin() + at, empty.begin(), empty.end());
      const auto joined = join_hello_records(with);
      EXPECT_EQ(joined.status, count <= 32 ? Status::joined : Status::not_hello) << at << " " << count;
      if (count > 32) continue;
      EXPECT_EQ(joined.consumed, with.size());
      EXPECT_TRUE(std::ranges::equal(base::ByteView(joined.record).subspan(kRecordHeader),
                                     base::ByteView(record).subspan(kRecordHeader)));
    }
  }
}

TEST(HelloRecords, has_a_bound) {
  base::Bytes endless;
  for (int i = 0; i < 5000; ++i) {
    append_record_header(endless, kHandshake, 1);
    endless.push_back(i == 0 ? kClientHello : i == 2 ? 0x3f : 0);  // a message of 0x3f00 bytes
  }
  EXPECT_EQ(join_hello_records(endless).status, Status::not_hello);
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

TEST(HelloRecords, looks_once_at_each_byte_of_a_hello_that_comes_byte_by_byte) {
  const auto record = whole_hello();
  const auto pieces = cut(record, 1);
  HelloRecords records;
  for (std::size_t size = 1; size < pieces.size(); ++size) {
    const auto status = records.join(base::ByteView(pieces).first(size)).status;
    EXPECT_EQ(status, size < kRecordHeader ? Status::unbroken : Status::need_more) << size;
  }
  const auto joined = records.join(pieces);
  ASSERT_EQ(joined.status, Status::joined);
  EXPECT_EQ(joined.record, record);
  EXPECT_EQ(joined.consumed, pieces.size());
  // One look for each call, and then each record's header and byte once.
  EXPECT_LE(records.work(), pieces.size() + 2 * (record.size() - kRecordHeader));
}

TEST(HelloRecords, looks_once_at_a_long_record_that_comes_byte_by_byte) {
  const auto record = whole_hello();
  const auto pieces = cut(record, 500);
  HelloRecords records;
  for (std::size_t size = 1; size < pieces.size(); ++size)
    (void)records.join(base::ByteView(pieces).first(size));
  EXPECT_EQ(records.join(pieces).status, Status::joined);
  EXPECT_LE(records.work(), 2 * pieces.size());
}

TEST(HelloRecords, says_in_pieces_what_it_says_at_once) {
  const auto record = whole_hello();
  auto bad = cut(record, 10);
  bad[3 * (kRecordHeader + 10)] = kApplicationData;
  for (const auto& bytes : {record, cut(record, 1), cut(record, 70), cut(record, 603), bad}) {
    HelloRecords records;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const auto part = base::ByteView(bytes).first(size);
      const auto now = records.join(part);
      const auto at_once = join_hello_records(part);
      EXPECT_EQ(now.status, at_once.status) << size;
      EXPECT_EQ(now.record, at_once.record) << size;
      if (now.status == Status::not_hello) break;
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
  auto second_spec = cut(record, 300);
  second_spec[kRecordHeader + 300] = kChangeCipherSpec;
  EXPECT_EQ(join_hello_records(second_spec).status, Status::not_hello);
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
