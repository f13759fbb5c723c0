#include "overlay/circuit/creation.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/circuit/initiator.hpp"

namespace qnet::circuit {
namespace {

using base::Bytes;
using base::testing::SeededRandom;

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

peer::PeerId peer_number(std::uint8_t number) {
  crypto::Ed25519Public key{};
  key.fill(number);
  return peer::PeerId(key);
}

struct Relay {
  peer::PeerId peer;
  crypto::X25519KeyPair key;
  [[nodiscard]] Hop hop() const { return {peer, key.public_key}; }
  [[nodiscard]] base::Result<Opened> open(base::ByteView message, SeededRandom& random,
                                          WallTime now = kNow) const {
    return circuit::open(message, peer, std::span(&key, 1), now, random);
  }
};

class Creation : public ::testing::Test {
 protected:
  Creation() {
    for (std::uint8_t number = 1; number <= CreationLimits::layers; ++number)
      relays_.push_back({peer_number(number), crypto::X25519KeyPair::generate(random_)});
  }
  [[nodiscard]] std::vector<Hop> hops(std::size_t count) const {
    std::vector<Hop> some;
    for (std::size_t n = 0; n < count; ++n) some.push_back(relays_[n].hop());
    return some;
  }
  Created created(std::size_t count, base::ByteView early = {}) {
    return *create(hops(count), kNow, early, random_);
  }

  SeededRandom random_{1};
  std::vector<Relay> relays_;
};

TEST_F(Creation, gives_each_hop_its_instruction_and_the_last_what_came_early) {
  const Bytes early{1, 2, 3};
  for (std::size_t count = 1; count <= CreationLimits::layers; ++count) {
    auto message = created(count, early).message;
    for (std::size_t n = 0; n < count; ++n) {
      ASSERT_EQ(message.size(), CreationLimits::message);
      const auto opened = relays_[n].open(message, random_);
      ASSERT_TRUE(opened) << opened.error().message();
      const bool last = n + 1 == count;
      EXPECT_EQ(opened->instruction, last ? Instruction::end : Instruction::extend);
      if (!last) EXPECT_EQ(opened->next, relays_[n + 1].peer);
      message = opened->rest;
    }
    EXPECT_EQ(message, early);
  }
}

TEST_F(Creation, takes_as_much_early_as_there_is_room_for) {
  EXPECT_TRUE(create(hops(4), kNow, Bytes(CreationLimits::early), random_));
  EXPECT_FALSE(create(hops(1), kNow, Bytes(CreationLimits::early + 1), random_));
}

TEST_F(Creation, has_the_same_size_inside_whatever_comes_early) {
  // What a hop changes behind what is sealed is not noticed, what is before is.
  for (const std::size_t early : {0U, 1U, 300U}) {
    auto changed = create(hops(2), kNow, Bytes(early), random_)->message;
    changed[2 * CreationLimits::layer + CreationLimits::innermost - 1] ^= 1;
    EXPECT_FALSE(relays_[0].open(changed, random_)) << early;
  }
}

TEST_F(Creation, is_of_one_to_four_hops) {
  EXPECT_TRUE(create({}, kNow, {}, random_).error().is(Errc::too_many_hops));
  auto five = hops(4);
  five.push_back(five.front());
  EXPECT_TRUE(create(five, kNow, {}, random_).error().is(Errc::too_many_hops));
}

TEST_F(Creation, is_answered_through_the_layers_of_the_hops_before) {
  auto begun = created(3);
  Initiator initiator(std::move(begun.handshakes));
  auto message = begun.message;
  std::vector<Layer> layers;
  for (std::size_t n = 0; n < 3; ++n) {
    auto opened = *relays_[n].open(message, random_);
    auto answered = *answer(opened);
    Bytes wire = answered.answer;
    EXPECT_EQ(wire.size(), CreationLimits::answer);
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
      wire.insert(wire.begin(), FrameLimits::length_field, 0);
      wire.resize(wire.size() + FrameLimits::tag);
      ASSERT_TRUE(layer->seal(wire));
    }
    EXPECT_EQ(*initiator.next_size(wire), wire.size());
    const auto taken = initiator.take(wire);
    ASSERT_TRUE(taken) << taken.error().message();
    EXPECT_EQ(initiator.established(), n + 1);
    layers.emplace_back(std::move(answered.keys), noise::Role::responder);
    message = opened.rest;
  }
  EXPECT_TRUE(initiator.done());
}

TEST_F(Creation, opens_with_no_other_key_and_for_no_other_peer) {
  const auto message = created(2).message;
  EXPECT_TRUE(relays_[1].open(message, random_).error().is(Errc::not_opened));
  const Relay renamed{peer_number(9), relays_[0].key.clone()};
  EXPECT_TRUE(renamed.open(message, random_).error().is(Errc::not_opened));
}

TEST_F(Creation, opens_with_any_of_several_keys) {
  const std::array keys{crypto::X25519KeyPair::generate(random_), relays_[0].key.clone()};
  EXPECT_TRUE(open(created(1).message, relays_[0].peer, keys, kNow, random_));
}

TEST_F(Creation, is_of_its_time) {
  using std::chrono::minutes;
  const auto message = created(1).message;
  for (const auto late : {minutes(-2), minutes(2)})
    EXPECT_TRUE(relays_[0].open(message, random_, kNow + late)) << late.count();
  for (const auto late : {minutes(-3), minutes(3)})
    EXPECT_TRUE(relays_[0].open(message, random_, kNow + late).error().is(Errc::wrong_time));
}

TEST_F(Creation, opens_only_unchanged) {
  const auto message = created(2, Bytes{7}).message;
  const auto sealed = 2 * CreationLimits::layer + CreationLimits::innermost;
  for (std::size_t at = 0; at < message.size(); at += 37) {
    auto changed = message;
    changed[at] ^= 1;
    EXPECT_EQ(relays_[0].open(changed, random_).has_value(), at >= sealed) << at;
  }
}

TEST_F(Creation, passes_nothing_on_of_what_was_filled_in) {
  auto changed = created(2).message;
  changed.back() ^= 1;
  const auto opened = relays_[0].open(changed, random_);
  ASSERT_TRUE(opened);
  // The end is this relay's own filling.
  EXPECT_NE(opened->rest.back(), changed.back());
  EXPECT_TRUE(relays_[1].open(opened->rest, random_));
}

TEST_F(Creation, is_refused_by_answers_of_the_same_size) {
  for (const auto status : {Status::refused, Status::unreachable, Status::overloaded}) {
    auto begun = created(1);
    const auto refusal = refuse(status, random_);
    EXPECT_EQ(refusal.size(), CreationLimits::answer);
    const auto taken = take_answer(begun.handshakes.front(), refusal);
    ASSERT_FALSE(taken);
    EXPECT_FALSE(taken.error().is(Errc::hop_lies));
  }
}

TEST_F(Creation, shows_an_answer_by_another_key) {
  auto begun = created(1);
  // A relay that answers for another: it has opened a message of its own.
  auto own = *relays_[1].open(create(std::array{relays_[1].hop()}, kNow, {}, random_)->message, random_);
  const auto taken = take_answer(begun.handshakes.front(), answer(own)->answer);
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(Errc::hop_lies));
}

}  // namespace
}  // namespace qnet::circuit
