// What sessions hold in the budget of a process, and what they let go of.
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"

namespace qnet::mux {
namespace {

using testing::End;

constexpr std::size_t kMega = 1024 * 1024;

/// A session whose responder has a share of the budget, and a stream that its initiator has opened.
struct Held {
  explicit Held(const std::shared_ptr<Budget>& budget)
      : initiator(Role::initiator), responder(Role::responder, {}, budget) {
    responder.mux.on_asked_to_let_go([this] { ++asked; });
    stream = *initiator.mux.open();
  }
  /// The initiator sends so much, which nobody reads.
  void send(std::size_t bytes, StreamId on) {
    EXPECT_EQ(initiator.mux.send(on, base::Bytes(bytes)), bytes);
    EXPECT_TRUE(responder.mux.receive(std::exchange(initiator.out(), {}), {}));
  }
  [[nodiscard]] bool has_reset(StreamId on) const { return responder.mux.readable(on) == 0; }

  End initiator;
  End responder;
  StreamId stream{};
  int asked = 0;
};

TEST(YamuxMemory, is_counted_for_what_is_not_read_and_for_the_streams_themselves) {
  const auto budget = std::make_shared<Budget>(kMega);
  Held one(budget);
  one.send(100'000, one.stream);
  EXPECT_GE(budget->held(), 100'000U + Limits::stream_memory);
  EXPECT_EQ(budget->held(), one.responder.mux.held());
  base::Bytes out(100'000);
  EXPECT_EQ(one.responder.mux.read(one.stream, out), 100'000U);
  EXPECT_LT(budget->held(), 10'000U);
  one.responder.mux.reset(one.stream);
  EXPECT_LT(budget->held(), Limits::stream_memory);
}

TEST(YamuxMemory, is_counted_as_long_as_it_is_pinned_by_a_reader_that_leaves_a_byte) {
  const auto budget = std::make_shared<Budget>(kMega);
  Held one(budget);
  one.send(200'000, one.stream);
  one.responder.mux.consume(one.stream, 199'999);
  EXPECT_GE(budget->held(), 200'000U);
}

TEST(YamuxMemory, is_counted_for_what_waits_to_be_sent) {
  const auto budget = std::make_shared<Budget>(kMega);
  Held one(budget);
  one.send(1, one.stream);
  const auto before = budget->held();
  one.responder.mux.send(one.stream, base::Bytes(100'000));
  EXPECT_GE(budget->held(), before + 100'000);
  (void)one.responder.out();
  EXPECT_EQ(budget->held(), before);
}

TEST(YamuxMemory, is_counted_for_answers_that_the_peer_does_not_take) {
  const auto budget = std::make_shared<Budget>(kMega);
  End end(Role::responder, {}, budget);
  for (StreamId id = 1; id < 2000; id += 2) {
    ASSERT_TRUE(end.mux.receive(testing::credit(flag::syn, id), {}));
    end.mux.reset(id);
  }
  EXPECT_GE(budget->held(), 1000 * FrameHeader::size);
}

TEST(YamuxMemory, is_given_back_at_the_end) {
  const auto budget = std::make_shared<Budget>(kMega);
  {
    Held one(budget);
    one.send(100'000, one.stream);
    one.responder.mux.send(one.stream, base::Bytes(100'000));
  }
  EXPECT_EQ(budget->held(), 0U);
  EXPECT_EQ(budget->granted(), 0U);
}

TEST(YamuxMemory, of_a_silent_session_is_let_go_when_another_passes_the_budget) {
  const auto budget = std::make_shared<Budget>(700'000);
  Held modest(budget);
  Held greedy(budget);
  const auto fuller = *greedy.initiator.mux.open();
  for (const auto& [stream, bytes] : {std::pair(greedy.stream, 200'000U), std::pair(fuller, 250'000U)})
    greedy.send(bytes, stream);
  while (greedy.asked == 0) {
    const auto more = *modest.initiator.mux.open();
    modest.send(20'000, more);
    ASSERT_LT(modest.responder.mux.held(), greedy.responder.mux.held()) << "never asked";
  }
  EXPECT_FALSE(greedy.has_reset(fuller)) << "its own thread does it";
  EXPECT_TRUE(greedy.responder.mux.let_go());
  EXPECT_TRUE(greedy.has_reset(fuller));
  EXPECT_FALSE(greedy.has_reset(greedy.stream));
  EXPECT_FALSE(modest.has_reset(modest.initiator.mux.open().value() - 2));
  EXPECT_LE(budget->held(), 700'000U);
}

TEST(YamuxMemory, of_a_session_that_has_been_read_since_it_was_asked_is_left_to_it) {
  const auto budget = std::make_shared<Budget>(1'000'000);
  Held greedy(budget);
  const auto fuller = *greedy.initiator.mux.open();
  greedy.send(200'000, greedy.stream);
  greedy.send(250'000, fuller);
  std::array<BudgetShare, 3> others{BudgetShare(budget), BudgetShare(budget), BudgetShare(budget)};
  for (auto& share : others) share.set_held(400'000);
  ASSERT_EQ(greedy.asked, 1);
  base::Bytes out(250'000);
  (void)greedy.responder.mux.read(greedy.stream, out);
  (void)greedy.responder.mux.read(fuller, out);
  EXPECT_TRUE(greedy.responder.mux.let_go());
  EXPECT_EQ(greedy.responder.mux.stream_count(), 2U);
  EXPECT_TRUE(std::ranges::any_of(others, &BudgetShare::asked)) << "the others hold too much";
}

TEST(YamuxMemory, is_never_more_than_an_eighth_above_the_budget_although_nobody_answers) {
  constexpr auto bytes = 4 * kMega;
  const auto budget = std::make_shared<Budget>(bytes);
  std::vector<std::unique_ptr<Held>> sessions;
  std::size_t most = 0;
  for (int n = 0; n < 100; ++n) {
    sessions.push_back(std::make_unique<Held>(budget));
    sessions.back()->send(200'000, sessions.back()->stream);
    most = std::max(most, budget->held());
  }
  EXPECT_GT(most, bytes);
  EXPECT_LE(most, bytes + bytes / 8);
  // And when they answer, a sixteenth is free.
  for (bool any = true; any;) {
    any = false;
    for (const auto& session : sessions)
      if (std::exchange(session->asked, 0) > 0) {
        any = true;
        EXPECT_TRUE(session->responder.mux.let_go());
      }
  }
  EXPECT_LE(budget->held(), bytes - bytes / 16);
  EXPECT_GT(budget->held(), bytes / 2);
}

TEST(YamuxMemory, of_answers_alone_ends_the_session) {
  const auto budget = std::make_shared<Budget>(32 * 1024);
  End end(Role::responder, {}, budget);
  base::Result<void> received;
  for (StreamId id = 1; id < 20'000 && received; id += 2) {
    received = end.mux.receive(testing::credit(flag::syn, id), {});
    end.mux.reset(id);
  }
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(Errc::flood));
  EXPECT_LE(budget->held(), 32U * 1024);
}

}  // namespace
}  // namespace qnet::mux
