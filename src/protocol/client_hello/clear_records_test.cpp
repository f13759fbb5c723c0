#include "protocol/client_hello/clear_records.hpp"

#include <gtest/gtest.h>

namespace qnet::client_hello {
namespace {

const base::Bytes kWarning{1, 112};

base::Bytes record(std::uint8_t type, std::uint16_t version, std::size_t size) {
  base::Bytes bytes;
  append_record_header(bytes, type, size, version);
  bytes.resize(kRecordHeader + size);
  return bytes;
}

TEST(ClearRecord, ignores_all_of_the_version_but_its_first_byte) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{0x0300, 0x0302, 0x0303, 0x03ff}) {
    const auto read = read_clear_record(record(kHandshake, version, 10));
    ASSERT_TRUE(read && *read) << version;
    EXPECT_EQ((*read)->type, kHandshake);
    EXPECT_EQ((*read)->body_size, 10U);
  }
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{2, 0x0203, 0x0403, 0x4854})
    EXPECT_TRUE(read_clear_record(record(kHandshake, version, 10)).error().is(ClearErrc::version));
}

TEST(ClearRecord, waits_for_its_end_and_may_be_empty) {
  const auto whole = record(kHandshake, kTls12, 10);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_clear_record(base::ByteView(whole).first(size)).value()) << size;
  EXPECT_EQ(read_clear_record(record(kHandshake, kTls12, 0)).value()->body_size, 0U);
}

TEST(ClearRecord, has_the_length_of_a_plaintext_at_most) {
  EXPECT_TRUE(read_clear_record(record(kHandshake, kTls12, kLargestPlaintext)).value());
  EXPECT_TRUE(
      read_clear_record(record(kHandshake, kTls12, kLargestPlaintext + 1)).error().is(ClearErrc::too_long));
  const auto header = record(kHandshake, kTls12, kLargestCiphertext + 1);
  EXPECT_TRUE(read_clear_record(base::ByteView(header).first(5)).error().is(ClearErrc::too_long));
}

TEST(ClearRecords, drops_up_to_32_empty_records_in_a_row) {
  ClearRecords records;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 32; ++i) ASSERT_TRUE(records.take(kHandshake, {}));
    ASSERT_TRUE(records.take(kHandshake, base::Bytes{2}).value());
  }
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(records.take(kHandshake, {}));
  EXPECT_TRUE(records.take(kHandshake, {}).error().is(ClearErrc::unexpected));
}

TEST(ClearRecords, drops_up_to_four_warnings_in_a_row) {
  ClearRecords records;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 4; ++i) ASSERT_FALSE(records.take(kAlert, kWarning).value());
    ASSERT_TRUE(records.take(kHandshake, base::Bytes{2}).value());
  }
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(records.take(kAlert, kWarning).value());
  EXPECT_TRUE(records.take(kAlert, kWarning).error().is(ClearErrc::unexpected));
}

TEST(ClearRecords, end_with_an_alert_that_is_no_warning) {
  for (const auto& alert : {base::Bytes{2, 40}, base::Bytes{2, 90}, base::Bytes{1, 0}})
    EXPECT_TRUE(ClearRecords().take(kAlert, alert).error().is(ClearErrc::alert));
  for (const auto& alert : {base::Bytes{}, base::Bytes{1}, base::Bytes{1, 90, 0}})
    EXPECT_TRUE(ClearRecords().take(kAlert, alert).error().is(ClearErrc::bad_alert));
  for (const auto& alert : {base::Bytes{3, 90}, base::Bytes{0, 90}})
    EXPECT_TRUE(ClearRecords().take(kAlert, alert).error().is(ClearErrc::bad_alert_level));
}

TEST(ClearRecords, refuse_every_other_type) {
  for (const auto type : {kChangeCipherSpec, kApplicationData, std::uint8_t{24}, std::uint8_t{0}})
    EXPECT_TRUE(ClearRecords().take(type, base::Bytes{1}).error().is(ClearErrc::unexpected));
}

TEST(ClearAlert, is_the_one_that_chromium_sends) {
  EXPECT_EQ(clear_alert_for(ClearErrc::version), 70);
  EXPECT_EQ(clear_alert_for(ClearErrc::too_long), 22);
  EXPECT_EQ(clear_alert_for(ClearErrc::unexpected), 10);
  EXPECT_EQ(clear_alert_for(ClearErrc::long_message), 47);
  EXPECT_EQ(clear_alert_for(ClearErrc::alert), std::nullopt);
  base::Bytes bytes;
  append_clear_alert(bytes, 70);
  EXPECT_EQ(bytes, (base::Bytes{21, 3, 1, 0, 2, 2, 70}));
}

}  // namespace
}  // namespace qnet::client_hello
