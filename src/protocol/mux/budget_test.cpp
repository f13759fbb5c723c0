// One bound for the sessions of a process: windows grow and unread bytes stay within it.
#include "protocol/mux/budget.hpp"

#include <gtest/gtest.h>

#include "protocol/mux/testing/pair.hpp"

namespace qnet::mux {
namespace {

using testing::End;

constexpr std::size_t kMega = 1024 * 1024;

/// A session whose responder has a share of the budget, and a stream that its initiator has opened.
struct Held {
  explicit Held(std::shared_ptr<Budget> budget)
      : initiator(Role::initiator), responder(Role::responder, {}, std::move(budget)) {
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
};

TEST(Budget, counts_what_all_sessions_hold_and_gets_it_back_when_it_is_read) {
  const auto budget = std::make_shared<Budget>(kMega);
  Held one(budget);
  Held other(budget);
  one.send(100'000, one.stream);
  other.send(50'000, other.stream);
  EXPECT_EQ(budget->held(), 150'000U);
  base::Bytes out(60'000);
  EXPECT_EQ(one.responder.mux.read(one.stream, out), 60'000U);
  EXPECT_EQ(budget->held(), 90'000U);
}

TEST(Budget, gets_back_what_an_ended_session_held) {
  const auto budget = std::make_shared<Budget>(kMega);
  {
    Held one(budget);
    one.send(100'000, one.stream);
  }
  EXPECT_EQ(budget->held(), 0U);
  EXPECT_EQ(budget->granted(), 0U);
}

TEST(Budget, resets_what_holds_most_in_a_session_that_holds_more_than_its_part) {
  const auto budget = std::make_shared<Budget>(300'000);
  Held modest(budget);
  Held greedy(budget);
  modest.send(100'000, modest.stream);
  greedy.send(50'000, greedy.stream);
  const auto more = *greedy.initiator.mux.open();
  greedy.send(180'000, more);
  EXPECT_TRUE(greedy.has_reset(more));
  EXPECT_FALSE(greedy.has_reset(greedy.stream));
  EXPECT_EQ(budget->held(), 150'000U);
}

TEST(Budget, leaves_a_session_alone_that_holds_no_more_than_its_part) {
  const auto budget = std::make_shared<Budget>(300'000);
  Held modest(budget);
  Held greedy(budget);
  greedy.send(250'000, greedy.stream);
  modest.send(100'000, modest.stream);
  EXPECT_FALSE(modest.has_reset(modest.stream)) << "though the budget is used up by the other one";
  const auto more = *greedy.initiator.mux.open();
  greedy.send(1, more);
  EXPECT_TRUE(greedy.has_reset(greedy.stream));
}

}  // namespace
}  // namespace qnet::mux
