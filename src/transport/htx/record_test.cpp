#include "transport/htx/testing/record_pipe.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

#include "foundation/base/endian.hpp"
#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::htx {
namespace {

using base::testing::SeededRandom;

crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  for (auto& byte : secret.data()) byte = fill;
  return secret;
}

base::Bytes pattern(std::size_t size, std::uint64_t seed = 1) {
  base::Bytes bytes(size);
  SeededRandom(seed).fill(bytes);
  return bytes;
}

/// Opens all whole records of `wire` and returns their data, one after the other.
base::Bytes open_all(RecordReader& reader, base::Bytes wire) {
  base::Bytes data;
  base::MutableBytes rest(wire);
  for (;;) {
    const auto opened = reader.open(rest);
    if (!opened || !*opened) break;
    base::append(data, (*opened)->data);
    rest = rest.subspan((*opened)->consumed);
  }
  EXPECT_TRUE(rest.empty());
  return data;
}

base::Bytes wire_of(testing::RecordPipe& writer) {
  writer.flush();
  const auto pending = writer.pending();
  base::Bytes wire(pending.begin(), pending.end());
  writer.sent(wire.size());
  return wire;
}

class Records : public ::testing::Test {
 protected:
  SeededRandom random{7};
  testing::RecordPipe writer{noise::CipherState(key(1)), random};
  RecordReader reader{noise::CipherState(key(1))};
};

TEST_F(Records, carry_any_amount_in_order) {
  for (const std::size_t size : {1U, 511U, 512U, 16383U, 16384U, 100000U, 1000000U}) {
    const auto data = pattern(size, size);
    for (std::size_t at = 0; at < size; at += 7919)
      writer.append(base::ByteView(data).subspan(at, std::min<std::size_t>(7919, size - at)));
    EXPECT_EQ(open_all(reader, wire_of(writer)), data);
    EXPECT_EQ(writer.backlog(), 0U);
  }
}

TEST_F(Records, look_like_tls_application_data_and_stay_within_its_bounds) {
  writer.append(pattern(200000));
  const auto wire = wire_of(writer);
  std::size_t at = 0;
  while (at < wire.size()) {
    EXPECT_EQ(wire[at], 23);
    EXPECT_EQ(base::load_be<std::uint16_t>(&wire[at + 1]), 0x0303);
    const auto size = base::load_be<std::uint16_t>(&wire[at + 3]);
    EXPECT_LE(size, 16401);
    EXPECT_GE(size, 18);
    at += 5U + size;
  }
  EXPECT_EQ(at, wire.size());
}

TEST_F(Records, pad_small_records_to_varying_sizes) {
  std::set<std::size_t> sizes;
  for (int i = 0; i < 200; ++i) {
    writer.append(pattern(12));
    sizes.insert(wire_of(writer).size());
  }
  EXPECT_GT(sizes.size(), 40U);
  EXPECT_EQ(*sizes.begin(), RecordLimits::overhead + 12);
}

TEST_F(Records, can_be_empty_and_of_a_given_size) {
  for (const std::size_t size : {18U, 19U, 266U, 16401U}) {
    writer.append_empty(size);
    const auto wire = wire_of(writer);
    EXPECT_EQ(wire.size(), RecordLimits::header + size);
    EXPECT_TRUE(open_all(reader, wire).empty());
  }
}

TEST_F(Records, refuse_every_single_bit_flip) {
  writer.append(pattern(40));
  const auto wire = wire_of(writer);
  for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
    auto changed = wire;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    RecordReader fresh{noise::CipherState(key(1))};
    const auto opened = fresh.open(changed);
    // A longer length may only ask for more bytes; nothing may come out of the record.
    EXPECT_TRUE(!opened || !*opened) << bit;
  }
}

TEST_F(Records, refuse_a_replayed_or_reordered_record) {
  writer.append(pattern(10));
  const auto first = wire_of(writer);
  writer.append(pattern(20));
  const auto second = wire_of(writer);
  auto copy = second;
  EXPECT_FALSE(RecordReader{noise::CipherState(key(1))}.open(copy));
  copy = first;
  ASSERT_TRUE(reader.open(copy));
  copy = first;
  EXPECT_FALSE(reader.open(copy));
}

TEST_F(Records, wait_for_the_whole_of_a_record) {
  writer.append(pattern(3000));
  auto wire = wire_of(writer);
  for (std::size_t size = 0; size < wire.size(); size += 97) {
    const auto opened = reader.open(base::MutableBytes(wire).first(size));
    ASSERT_TRUE(opened);
    EXPECT_FALSE(*opened);
  }
  EXPECT_TRUE(*reader.open(wire));
}

TEST_F(Records, refuse_headers_that_tls_does_not_send) {
  const std::vector<std::vector<std::uint8_t>> headers = {{22, 3, 3, 0, 40},
                                                          {23, 3, 1, 0, 40},
                                                          {23, 3, 3, 0, 17},
                                                          {23, 3, 3, 0x40, 0x12},
                                                          {23, 3, 3, 0xff, 0xff}};
  for (auto header : headers) {
    RecordReader fresh{noise::CipherState(key(1))};
    EXPECT_FALSE(fresh.open(header));
  }
}

TEST_F(Records, refuse_a_length_field_beyond_the_record) {
  noise::CipherState cipher(key(1));
  base::Bytes record(RecordLimits::header + 4 + RecordLimits::tag);
  write_record_header(record.data(), record.size() - RecordLimits::header);
  base::store_be<std::uint16_t>(&record[5], 3);  // of two bytes that are there
  const auto text = base::MutableBytes(record).subspan(5, 4);
  ASSERT_TRUE(cipher.seal(base::ByteView(record).first(5), text, noise::CipherState::Tag(&record[9], 16)));
  const auto opened = reader.open(record);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::bad_padding));
}

TEST_F(Records, rekey_both_ends_together) {
  noise::CipherState never_rekeyed(key(1));
  base::Bytes wire;
  for (std::uint64_t record = 0; record <= RecordLimits::rekey_interval; ++record) {
    writer.append_empty(RecordLimits::smallest_body);
    const auto pending = writer.pending();
    wire.assign(pending.begin(), pending.end());
    writer.sent(wire.size());
    const auto before = wire;
    ASSERT_TRUE(reader.open(wire)) << record;
    if (record == RecordLimits::rekey_interval) {
      wire = before;
      never_rekeyed.set_nonce(record);
      EXPECT_FALSE(never_rekeyed.open(base::ByteView(wire).first(5), base::MutableBytes(wire).subspan(5, 2),
                                      noise::CipherState::ConstTag(&wire[7], 16)));
    }
  }
}

TEST(RecordWriter, stops_when_its_nonces_are_used_up) {
  SeededRandom random(1);
  noise::CipherState cipher(key(1));
  cipher.set_nonce(std::numeric_limits<std::uint64_t>::max() - 1);
  testing::RecordPipe writer(std::move(cipher), random);
  writer.append(pattern(10));
  writer.flush();
  EXPECT_TRUE(writer.healthy());
  const auto sealed = writer.pending().size();
  writer.append(pattern(10));
  writer.flush();
  EXPECT_FALSE(writer.healthy());
  EXPECT_EQ(writer.pending().size(), sealed);
}

TEST_F(Records, keep_what_the_socket_did_not_take) {
  const auto data = pattern(300000);
  base::Bytes wire;
  std::size_t at = 0;
  std::uint64_t step = 1;
  while (at < data.size() || writer.backlog() > 0) {
    const auto count = std::min<std::size_t>(9001, data.size() - at);
    writer.append(base::ByteView(data).subspan(at, count));
    at += count;
    if (at == data.size()) writer.flush();
    const auto take = std::min<std::size_t>(writer.pending().size(), step = step * 7919 % 12007);
    base::append(wire, writer.pending().first(take));
    writer.sent(take);
  }
  EXPECT_EQ(open_all(reader, wire), data);
}

}  // namespace
}  // namespace qnet::htx
