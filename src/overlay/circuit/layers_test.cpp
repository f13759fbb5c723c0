#include "overlay/circuit/layers.hpp"

#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::circuit {
namespace {

using base::Bytes;
using noise::Role;

noise::TransportKeys keys(std::uint8_t number) {
  crypto::Secret<32> one, other;
  std::ranges::fill(one.data(), number);
  std::ranges::fill(other.data(), static_cast<std::uint8_t>(number + 100));
  return {noise::CipherState(std::move(one)), noise::CipherState(std::move(other))};
}

Layers layers_of(std::size_t count, Role role) {
  Layers layers;
  for (std::size_t n = 0; n < count; ++n) layers.add(keys(static_cast<std::uint8_t>(n)), role);
  return layers;
}

Bytes sealed(Layers& layers, const Bytes& data) {
  Bytes room(FrameLimits::largest);
  std::ranges::copy(data, layers.data_of(room).begin());
  room.resize(layers.seal(room, data.size()).value_or(0));
  return room;
}

TEST(CircuitLayers, carry_data_through_each_hop) {
  for (std::size_t count = 1; count <= CreationLimits::layers; ++count) {
    auto client = layers_of(count, Role::initiator);
    auto far = layers_of(count, Role::responder);
    for (const std::size_t size : {0U, 1U, 62U, 200U, 254U, 1000U, 4000U, 16'297U}) {
      ASSERT_EQ(Layers::data_of_next(size), size);
      auto frame = sealed(client, Bytes(size, 7));
      ASSERT_EQ(frame_size(frame)->value(), frame.size());
      const auto text = far.open(frame);
      ASSERT_TRUE(text);
      const auto data = Layers::data_in(*text);
      ASSERT_TRUE(data);
      EXPECT_EQ(Bytes(data->begin(), data->end()), Bytes(size, 7));
    }
  }
}

TEST(CircuitLayers, are_opened_by_the_other_end_in_both_directions) {
  auto client = layers_of(3, Role::initiator);
  std::vector<Layer> relays;
  for (std::uint8_t n = 0; n < 3; ++n) relays.emplace_back(keys(n), Role::responder);
  for (int round = 0; round < 5; ++round) {
    auto frame = sealed(client, Bytes(200, 1));
    base::MutableBytes text = frame;
    for (auto& relay : relays) text = *relay.open(text);
    EXPECT_EQ(Layers::data_in(text)->size(), 200U);

    Bytes back(FrameLimits::length_field + 256 + FrameLimits::tag);
    for (auto relay = relays.rbegin(); relay != relays.rend(); ++relay) {
      if (relay != relays.rbegin()) {
        back.insert(back.begin(), FrameLimits::length_field, 0);
        back.resize(back.size() + FrameLimits::tag);
      }
      ASSERT_TRUE(relay->seal(back));
    }
    const auto opened = client.open(back);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->size(), 256U);
  }
}

TEST(CircuitLayers, have_few_sizes_and_waste_less_than_half) {
  std::set<std::size_t> sizes;
  auto client = layers_of(2, Role::initiator);
  for (std::size_t data = 1; data < 40'000; data += 97) {
    std::size_t travels = 0;
    std::size_t frames = 0;
    for (auto left = data; left > 0; ++frames) {
      const auto next = Layers::data_of_next(left);
      ASSERT_GT(next, 0U);
      const auto size = sealed(client, Bytes(next)).size();
      sizes.insert(size);
      travels += size;
      left -= next;
    }
    EXPECT_LE(travels, 2 * data + 200) << data;
    EXPECT_LE(frames, 10U) << data;
  }
  EXPECT_EQ(sizes.size(), FrameLimits::sizes.size());
}

TEST(CircuitLayers, fill_one_record_with_the_largest_frame_of_five_hops) {
  auto client = layers_of(4, Role::initiator);
  EXPECT_EQ(sealed(client, Bytes(Layers::most_data)).size(), FrameLimits::largest);
}

TEST(CircuitLayers, refuse_what_was_changed_left_out_repeated_or_swapped) {
  const auto frames = [] {
    auto client = layers_of(1, Role::initiator);
    return std::array{sealed(client, Bytes(10)), sealed(client, Bytes(10)), sealed(client, Bytes(10))};
  }();
  const auto opens = [](std::vector<Bytes> some) {
    Layer relay(keys(0), Role::responder);
    for (auto& frame : some)
      if (const auto opened = relay.open(frame); !opened) {
        EXPECT_TRUE(opened.error().is(Errc::forged_frame) || opened.error().is(Errc::malformed));
        return false;
      }
    return true;
  };
  EXPECT_TRUE(opens({frames[0], frames[1], frames[2]}));
  EXPECT_FALSE(opens({frames[1]}));
  EXPECT_FALSE(opens({frames[0], frames[0]}));
  EXPECT_FALSE(opens({frames[0], frames[2]}));
  for (std::size_t at = 0; at < frames[0].size(); ++at) {
    auto changed = frames[0];
    changed[at] ^= 0x10;
    EXPECT_FALSE(opens({changed})) << at;
  }
}

TEST(CircuitLayers, rekey_both_ends_at_the_same_frame) {
  auto client = layers_of(1, Role::initiator);
  Layer relay(keys(0), Role::responder);
  for (std::uint64_t n = 0; n < FrameLimits::rekey_interval + 3; ++n) {
    auto frame = sealed(client, Bytes(1));
    ASSERT_TRUE(relay.open(frame)) << n;
  }
}

TEST(CircuitFrame, has_no_other_size) {
  std::size_t known = 0;
  for (std::size_t length = 0; length < 65536; ++length) {
    const Bytes head{static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
    const auto size = frame_size(head);
    if (!size) continue;
    ++known;
    EXPECT_EQ(**size, length + 2);
    EXPECT_LE(**size, FrameLimits::largest);
  }
  // Five sizes and an answer's, in one to four layers.
  EXPECT_EQ(known, (FrameLimits::sizes.size() + 1) * CreationLimits::layers);
  EXPECT_FALSE(frame_size(Bytes{0})->has_value());
}

TEST(CircuitFrame, may_not_say_that_it_holds_more_data_than_it_does) {
  Bytes text(64);
  text[1] = 62;
  EXPECT_EQ(Layers::data_in(text)->size(), 62U);
  text[1] = 63;
  EXPECT_FALSE(Layers::data_in(text));
  EXPECT_FALSE(Layers::data_in(base::MutableBytes(text).first(63)));
}

}  // namespace
}  // namespace qnet::circuit
