// The policy under events in random order: what never happens, whatever comes.
#include <random>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/uplink/testing/policy_driver.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;
using testing::endpoint_of;
using testing::TestErrc;

/// Carries out what the policy says as the driver does, and checks each action against all before it.
class World {
 public:
  explicit World(std::uint64_t seed) : random(seed), dice_(seed) {}

  void step() {
    switch (below(14)) {
      case 0: return request();
      case 1:
      case 2: return end_a_dial(true);
      case 3:
      case 4:
      case 5: return end_a_dial(false);
      case 6:
      case 7: return end_session();
      case 8:
        if (session_) policy.has_no_exit(now);
        return settle();
      case 9: policy.reconsider(); return settle();
      case 10: policy.dial_now(); return settle();
      case 11: policy.clock_jumped(now); return settle();
      case 12: return wait(std::chrono::milliseconds(below(1500)));
      default: return wait(std::chrono::milliseconds(below(60'000)));
    }
  }
  void start() {
    policy.start();
    settle();
  }
  void stop() {
    policy.stop();
    while (const auto action = policy.next_action())
      std::visit([this](const auto& one) { take(one); }, *action);
    EXPECT_TRUE(waiting_.empty()) << "requests without an answer";
    EXPECT_FALSE(session_);
    stopped_ = true;
  }

  TimePoint now = TimePoint(1h);
  base::testing::SeededRandom random;
  Policy policy{random};
  std::size_t used = 0;
  std::size_t retired = 0;

 private:
  std::uint32_t below(std::uint32_t bound) { return dice_.below(bound); }

  void request() {
    const auto number = policy.request(now);
    if (!stopped_) waiting_.emplace(number, now);
    settle();
  }
  void end_a_dial(bool well) {
    if (dials_.empty()) return;
    const auto peer = *std::next(dials_.begin(), below(static_cast<std::uint32_t>(dials_.size())));
    dials_.erase(peer);
    told_ = peer;
    if (well)
      policy.dial_succeeded(peer, now);
    else
      policy.dial_failed(peer, TestErrc::refused, now);
    settle();
    EXPECT_TRUE(!well || stopped_ || !told_) << "a session that is neither used nor dropped";
    told_.reset();
  }
  void end_session() {
    if (!std::exchange(session_, std::nullopt)) return;
    policy.session_ended(below(2) == 0 ? Ending::idle : Ending::lost, TestErrc::broken, now);
    settle();
  }
  void wait(std::chrono::milliseconds time) {
    const auto end = now + time;
    for (auto next = policy.next_deadline(); next && *next <= end; next = policy.next_deadline()) {
      ASSERT_GE(*next, now) << "a deadline in the past";
      now = *next;
      policy.advance(now);
      settle();
    }
    now = end;
    for (const auto& [number, asked] : waiting_)
      ASSERT_LT(now, asked + UplinkLimits::request) << "a late answer";
  }

  void settle() {
    std::size_t actions = 0;
    while (const auto action = policy.next_action()) {
      ASSERT_FALSE(stopped_) << "an action after stop()";
      ASSERT_LT(++actions, 10'000U);
      std::visit([this](const auto& one) { take(one); }, *action);
    }
    EXPECT_EQ(policy.connected(), session_.has_value());
    EXPECT_TRUE(waiting_.empty() || !session_) << "a request waits beside a session";
    EXPECT_LE(dials_.size(), UplinkLimits::dials);
    const auto next = policy.next_deadline();
    ASSERT_TRUE(!next || *next > now) << "a deadline that advancing does not move";
    // Not connected, nobody dialled and no rest: then there is a next attempt.
    EXPECT_TRUE(next || stopped_ || session_ || !dials_.empty() || policy.resting()) << "stuck";
    std::size_t connected = 0;
    for (const auto& peer : policy.peers()) {
      connected += peer.state == PeerState::connected ? 1 : 0;
      if (stopped_) continue;
      EXPECT_EQ(peer.state == PeerState::connecting, dials_.contains(peer.number)) << "a dial forgotten";
    }
    EXPECT_EQ(connected, session_ ? 1U : 0U);
  }
  void take(const AskCandidates&) {
    std::vector<Candidate> all;
    for (const char letter : std::string("abcdefgh"))
      if (below(3) == 0)
        all.push_back(
            {endpoint_of(letter, static_cast<std::uint16_t>(1 + below(2))), static_cast<Standing>(below(3))});
    EXPECT_EQ(policy.candidates(all, now).size(), all.size());
  }
  void take(const Dial& action) {
    EXPECT_TRUE(dials_.insert(action.peer).second) << "two dials to one peer";
    EXPECT_NE(session_, action.peer) << "a dial to the peer in use";
  }
  void take(const Use& action) {
    EXPECT_FALSE(session_) << "two sessions in use";
    EXPECT_EQ(told_, action.peer);
    told_.reset();
    session_ = action.peer;
    ++used;
  }
  void take(const Drop& action) {
    EXPECT_EQ(told_, action.peer);
    told_.reset();
  }
  void take(const Retire&) {
    EXPECT_TRUE(std::exchange(session_, std::nullopt));
    ++retired;
  }
  void take(const Close&) { EXPECT_TRUE(std::exchange(session_, std::nullopt)); }
  void take(const Answer& action) {
    EXPECT_EQ(waiting_.erase(action.request), 1U) << "an answer that nobody waits for";
    EXPECT_EQ(session_.has_value(), !action.error.has_value());
  }
  void take(const Unsatisfied&) {}

  base::testing::SeededRandom dice_;
  std::set<PeerNumber> dials_;
  std::optional<PeerNumber> session_;
  std::optional<PeerNumber> told_;  // whose successful dial was told and not acted on
  std::map<RequestNumber, TimePoint> waiting_;
  bool stopped_ = false;
};

TEST(PolicyProperties, hold_in_twenty_random_lives_of_two_thousand_events) {
  std::size_t used = 0;
  std::size_t retired = 0;
  for (std::uint64_t seed = 1; seed <= 20 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    world.start();
    for (int i = 0; i < 2000 && !::testing::Test::HasFailure(); ++i) world.step();
    used += world.used;
    retired += world.retired;
    world.stop();
    for (int i = 0; i < 200; ++i) world.step();
  }
  EXPECT_GT(used, 1000U) << "these lives were about something";
  EXPECT_GT(retired, 20U);
}

/// When which dials were made, of a policy whose every dial fails at once.
std::vector<TimePoint> dials_of_a_hopeless_hour(std::size_t peers,
                                                std::chrono::milliseconds between_requests) {
  base::testing::SeededRandom random{11};
  Policy policy(random);
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < peers; ++i)
    all.push_back({endpoint_of(static_cast<char>('a' + i)), Standing::listed});
  std::vector<TimePoint> dials;
  TimePoint now(1h);
  const auto settle = [&] {
    while (const auto action = policy.next_action()) {
      if (std::holds_alternative<AskCandidates>(*action)) (void)policy.candidates(all, now);
      if (const auto* dial = std::get_if<Dial>(&*action)) {
        dials.push_back(now);
        policy.dial_failed(dial->peer, TestErrc::refused, now);
      }
    }
  };
  policy.start();
  settle();
  auto next_request = now + between_requests;
  for (const auto end = now + 1h; now < end; settle()) {
    now = std::min(policy.next_deadline().value_or(end), next_request);
    if (now == next_request) {
      (void)policy.request(now);
      next_request += between_requests;
    } else {
      policy.advance(now);
    }
  }
  return dials;
}

std::size_t most_within(const std::vector<TimePoint>& dials, std::chrono::milliseconds window) {
  std::size_t most = 0;
  for (auto first = dials.begin(); first != dials.end(); ++first)
    most = std::max(most,
                    static_cast<std::size_t>(std::lower_bound(first, dials.end(), *first + window) - first));
  return most;
}

TEST(PolicyProperties, hopeless_dials_grow_rare_when_nobody_asks) {
  const auto dials = dials_of_a_hopeless_hour(6, 2h);
  EXPECT_LE(most_within(dials, 1s), 6U * 3);
  EXPECT_LE(most_within(dials, 1min), 6U * 8);
  // Two minutes on, there is a round each 22.5 s at most.
  EXPECT_LE(dials.size(), 6U * (8 + 3600 * 2 / 45));
}

TEST(PolicyProperties, hopeless_dials_are_one_round_a_second_at_most_however_many_ask) {
  const auto dials = dials_of_a_hopeless_hour(6, 10ms);
  EXPECT_LE(most_within(dials, 1min), 6U * 63) << "beside three early rounds of the policy's own";
  EXPECT_GE(most_within(dials, 1min), 6U * 50) << "and that they ask counts";
}

}  // namespace
}  // namespace qnet::uplink
