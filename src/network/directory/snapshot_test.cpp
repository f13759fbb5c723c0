#include "network/directory/snapshot.hpp"

#include <gtest/gtest.h>

#include "network/directory/packing.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::descriptor_of;
using testing::identity;
using testing::kNow;

/// Entries of a list, by key.
std::vector<Entry> entries(std::size_t count) {
  std::vector<Entry> made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto keys = identity(100 + i);
    auto descriptor = SignedDescriptor::sign(descriptor_of(keys), keys);
    auto& entry = made.emplace_back(Entry{.descriptor = std::move(descriptor)});
    entry.country = {"SE", CountrySource::declared};
    entry.checked = true;
  }
  std::ranges::sort(made, {}, [](const Entry& e) { return e.descriptor.descriptor().peer.key(); });
  return made;
}

base::Bytes list_of(const std::vector<Entry>& made) {
  std::vector<const Entry*> pointers;
  for (const auto& entry : made) pointers.push_back(&entry);
  return encode_list(pointers);
}

class SnapshotTest : public ::testing::Test {
 protected:
  [[nodiscard]] SnapshotHeader header(std::uint64_t version = 5) const {
    return {operator_.peer_id(), version, kNow, kNow + SnapshotLimits::life, crypto::sha256(list_), 3};
  }
  peer::Identity operator_ = identity(1);
  std::vector<Entry> entries_ = entries(3);
  base::Bytes list_ = list_of(entries_);
};

TEST_F(SnapshotTest, header_comes_back_and_is_short) {
  const auto wire = header().sign(operator_);
  EXPECT_LT(wire.size(), 180U);
  const auto parsed = SnapshotHeader::parse(wire);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, header());
}

TEST_F(SnapshotTest, header_is_refused_when_any_byte_differs) {
  const auto wire = header().sign(operator_);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    auto changed = wire;
    changed[i] ^= 1U;
    EXPECT_FALSE(SnapshotHeader::parse(changed)) << "byte " << i;
  }
}

TEST_F(SnapshotTest, list_comes_back_with_countries) {
  const auto opened = open_list(header(), pack(list_));
  ASSERT_TRUE(opened) << opened.error().message();
  ASSERT_EQ(opened->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*opened)[i].descriptor, entries_[i].descriptor);
    EXPECT_EQ((*opened)[i].country, entries_[i].country);
  }
}

TEST_F(SnapshotTest, refuses_another_list_than_the_signed_one) {
  const auto opened = open_list(header(), pack(list_of(entries(2))));
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::list_mismatch));
}

TEST_F(SnapshotTest, refuses_a_relay_twice_and_out_of_order) {
  auto twice = entries_;
  twice.push_back(twice.back());
  EXPECT_FALSE(decode_list(list_of(twice)));
  std::swap(entries_[0], entries_[1]);
  EXPECT_FALSE(decode_list(list_of(entries_)));
}

TEST_F(SnapshotTest, refuses_a_list_that_is_cut_anywhere) {
  std::size_t whole = 0;  // cuts between relays leave a shorter list, which the hash refuses
  for (std::size_t size = 0; size < list_.size(); ++size)
    whole += decode_list(base::ByteView(list_).first(size)) ? 1 : 0;
  EXPECT_EQ(whole, 3U);
}

TEST_F(SnapshotTest, refuses_what_unpacks_to_more_than_is_taken) {
  const auto packed = pack(base::Bytes(1000, 0));
  EXPECT_TRUE(unpack(packed, 1000));
  const auto refused = unpack(packed, 999);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Errc::too_large));
  auto longer = packed;
  longer.push_back(0);
  EXPECT_FALSE(unpack(longer, 1000));
  EXPECT_FALSE(unpack({}, 1000));
}

TEST_F(SnapshotTest, a_client_takes_the_headers_of_its_operator_only) {
  EXPECT_TRUE(accept_header(header(), operator_.peer_id(), nullptr, kNow));
  const auto other = accept_header(header(), identity(2).peer_id(), nullptr, kNow);
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().is(Errc::wrong_operator));
}

TEST_F(SnapshotTest, a_client_takes_no_header_past_its_time_nor_from_the_future) {
  const auto late = accept_header(header(), operator_.peer_id(), nullptr, kNow + SnapshotLimits::life);
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().is(Errc::expired));
  EXPECT_TRUE(accept_header(header(), operator_.peer_id(), nullptr, kNow - 9min))
      << "a slow clock is no reason";
  const auto early = accept_header(header(), operator_.peer_id(), nullptr, kNow - 11min);
  ASSERT_FALSE(early);
  EXPECT_TRUE(early.error().is(Errc::clock_skewed));
  auto eternal = header();
  eternal.expires = kNow + 24h * 365;
  EXPECT_FALSE(accept_header(eternal, operator_.peer_id(), nullptr, kNow));
}

TEST_F(SnapshotTest, a_client_takes_no_older_header_while_the_newer_one_holds) {
  const auto newer = header(9);
  const auto older = accept_header(header(8), operator_.peer_id(), &newer, kNow);
  ASSERT_FALSE(older);
  EXPECT_TRUE(older.error().is(Errc::stale));
  EXPECT_TRUE(accept_header(newer, operator_.peer_id(), &newer, kNow));
  auto past = newer;
  past.expires = kNow;
  EXPECT_TRUE(accept_header(header(8), operator_.peer_id(), &past, kNow));
}

TEST_F(SnapshotTest, a_header_taken_while_both_clocks_were_ahead_does_not_hold_up_those_after_it) {
  auto ahead = header(9);
  ahead.issued = kNow + 10min + 1s;
  ahead.expires = ahead.issued + SnapshotLimits::life;
  EXPECT_TRUE(accept_header(header(8), operator_.peer_id(), &ahead, kNow));
  ahead.issued = kNow + 10min;
  EXPECT_FALSE(accept_header(header(8), operator_.peer_id(), &ahead, kNow));
}

}  // namespace
}  // namespace qnet::directory
