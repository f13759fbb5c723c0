#include "line/direction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qnet::line {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kStart = TimePoint(std::chrono::hours(1));

/// A packet that is known by its first byte.
Packet packet(std::uint8_t name, std::size_t size = 1000) {
  Packet made(size);
  made[0] = name;
  return made;
}

/// The names of what has arrived by then.
std::vector<int> arrived(Direction& direction, TimePoint now) {
  std::vector<int> names;
  while (const auto got = direction.give(now)) names.push_back((*got)[0]);
  return names;
}

TEST(Direction, a_line_without_settings_gives_at_once) {
  Direction direction({}, 1);
  EXPECT_EQ(direction.next_deadline(), std::nullopt);
  direction.take(kStart, packet(1));
  direction.take(kStart, packet(2));
  EXPECT_EQ(direction.next_deadline(), kStart);
  EXPECT_THAT(arrived(direction, kStart), ElementsAre(1, 2));
  EXPECT_EQ(direction.next_deadline(), std::nullopt);
}

TEST(Direction, a_packet_arrives_after_the_delay_and_not_before) {
  Direction direction({.delay = milliseconds(75)}, 1);
  direction.take(kStart, packet(1));
  EXPECT_EQ(direction.next_deadline(), kStart + milliseconds(75));
  EXPECT_THAT(arrived(direction, kStart + milliseconds(75) - Duration(1)), IsEmpty());
  EXPECT_THAT(arrived(direction, kStart + milliseconds(75)), ElementsAre(1));
}

TEST(Direction, packets_follow_each_other_at_the_rate) {
  // 1,000 bytes at 8 Mbit/s take 1 ms.
  Direction direction({.delay = milliseconds(10), .bits_per_second = 8'000'000}, 1);
  for (std::uint8_t i = 0; i < 3; ++i) direction.take(kStart, packet(i));
  EXPECT_EQ(direction.next_deadline(), kStart + milliseconds(11));
  EXPECT_THAT(arrived(direction, kStart + milliseconds(12)), ElementsAre(0, 1));
  EXPECT_EQ(direction.next_deadline(), kStart + milliseconds(13));
}

TEST(Direction, an_idle_line_saves_up_nothing) {
  Direction direction({.bits_per_second = 8'000'000}, 1);
  direction.take(kStart, packet(1));
  const auto later = kStart + std::chrono::seconds(5);
  direction.take(later, packet(2));
  direction.take(later, packet(3));
  EXPECT_THAT(arrived(direction, later + milliseconds(1)), ElementsAre(1, 2));
}

TEST(Direction, what_the_queue_has_no_room_for_is_dropped) {
  Direction direction({.bits_per_second = 8'000'000, .queue_bytes = 3000}, 1);
  for (std::uint8_t i = 0; i < 5; ++i) direction.take(kStart, packet(i));
  EXPECT_EQ(direction.counts().dropped, 2);
  // One has left after a millisecond, so there is room for one.
  direction.take(kStart + milliseconds(1), packet(5));
  direction.take(kStart + milliseconds(1), packet(6));
  EXPECT_THAT(arrived(direction, kStart + std::chrono::seconds(1)), ElementsAre(0, 1, 2, 5));
  EXPECT_EQ(direction.counts().dropped, 3);
  EXPECT_EQ(direction.counts().longest_queue, milliseconds(2));
}

TEST(Direction, a_queue_can_be_measured_in_time) {
  Direction direction({.bits_per_second = 8'000'000, .queue_time = milliseconds(20)}, 1);
  for (std::uint8_t i = 0; i < 30; ++i) direction.take(kStart, packet(i));
  EXPECT_EQ(direction.counts().dropped, 10);
}

TEST(Direction, an_empty_queue_takes_a_packet_that_is_larger_than_itself) {
  Direction direction({.bits_per_second = 8'000'000, .queue_bytes = 100}, 1);
  direction.take(kStart, packet(1));
  direction.take(kStart, packet(2));
  EXPECT_THAT(arrived(direction, kStart + milliseconds(2)), ElementsAre(1));
}

TEST(Direction, jitter_stays_within_its_bounds_and_keeps_the_order) {
  Direction direction({.delay = milliseconds(50), .jitter = milliseconds(20)}, 1);
  auto now = kStart;
  auto previous = kStart;
  for (std::uint8_t i = 0; i < 200; ++i, now += milliseconds(1)) direction.take(now, packet(i));
  for (int i = 0; i < 200; ++i) {
    const auto due = direction.next_deadline().value();
    const auto sent = kStart + milliseconds(i);
    EXPECT_GE(due, std::max(previous, sent + milliseconds(30)));
    EXPECT_LE(due, sent + milliseconds(70));
    EXPECT_EQ(direction.give(due)->front(), i);
    previous = due;
  }
}

TEST(Direction, jitter_changes_the_order_where_it_may) {
  Direction direction({.delay = milliseconds(50), .jitter = milliseconds(20), .reorder = true}, 1);
  for (std::uint8_t i = 0; i < 200; ++i) direction.take(kStart + milliseconds(i), packet(i));
  const auto names = arrived(direction, kStart + std::chrono::seconds(1));
  EXPECT_EQ(names.size(), 200);
  EXPECT_FALSE(std::ranges::is_sorted(names));
}

TEST(Direction, jitter_that_is_longer_than_the_delay_never_goes_back_in_time) {
  Direction direction({.delay = milliseconds(1), .jitter = milliseconds(50), .reorder = true}, 1);
  for (std::uint8_t i = 0; i < 100; ++i) direction.take(kStart, packet(i));
  EXPECT_GE(direction.next_deadline().value(), kStart);
}

TEST(Direction, lost_packets_do_not_arrive_and_use_the_rate) {
  Direction direction({.loss = 1, .bits_per_second = 8'000'000, .queue_bytes = 2000}, 1);
  for (std::uint8_t i = 0; i < 3; ++i) direction.take(kStart, packet(i));
  EXPECT_EQ(direction.next_deadline(), std::nullopt);
  EXPECT_EQ(direction.counts().lost, 2);
  EXPECT_EQ(direction.counts().dropped, 1);
}

TEST(Direction, the_queue_does_not_change_which_packets_are_lost) {
  const auto lost = [](std::size_t queue_bytes) {
    Direction direction({.loss = 0.3, .bits_per_second = 8'000'000, .queue_bytes = queue_bytes}, 5);
    direction.take(kStart, packet(100));
    direction.take(kStart, packet(101));
    for (std::uint8_t i = 0; i < 50; ++i) direction.take(kStart + std::chrono::seconds(1 + i), packet(i));
    auto names = arrived(direction, kStart + std::chrono::hours(1));
    std::erase_if(names, [](int name) { return name >= 100; });
    return names;
  };
  EXPECT_EQ(lost(100), lost(100'000));
}

TEST(Direction, the_same_seed_gives_the_same_times) {
  const auto times = [](std::uint64_t seed) {
    Direction direction({.delay = milliseconds(50), .jitter = milliseconds(20), .loss = 0.1}, seed);
    std::vector<TimePoint> due;
    for (std::uint8_t i = 0; i < 100; ++i) direction.take(kStart + milliseconds(i), packet(i));
    while (const auto next = direction.next_deadline()) {
      due.push_back(*next);
      (void)direction.give(*next);
    }
    return due;
  };
  EXPECT_EQ(times(3), times(3));
  EXPECT_NE(times(3), times(4));
}

TEST(Direction, memory_is_bounded_without_a_rate) {
  Direction direction({.delay = std::chrono::hours(1)}, 1);
  constexpr std::size_t size = 64 * 1024 * 1024;
  for (std::uint8_t i = 0; i < 6; ++i) direction.take(kStart, packet(i, size));
  EXPECT_EQ(direction.counts().dropped, 2);
}

}  // namespace
}  // namespace qnet::line
