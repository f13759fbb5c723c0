// What a peer that does nothing may cost: time, and memory.
#include <array>

#include <gmock/gmock.h>

#include "overlay/session/silence.hpp"
#include "overlay/session/testing/hand_link.hpp"
#include "protocol/mux/testing/frames.hpp"

namespace qnet::session {
namespace {

using std::chrono::milliseconds;
using testing::SessionOverLink;

SessionOptions impatient() { return {.blocked = milliseconds(1), .negotiation = milliseconds(1)}; }

class BoundedSessions : public SessionOverLink {
 protected:
  void start_responder(SessionOptions options) {
    Protocols protocols{{"/test/note/1", [this](std::unique_ptr<Stream> stream) -> net::Task<void> {
                           served_ = std::move(stream);
                           co_return;
                         }}};
    start({}, mux::Role::responder, std::move(protocols), std::move(options));
  }
  void peer_opens(mux::StreamId stream) {
    comes(mux::testing::frame(mux::FrameType::window_update, mux::flag::syn, stream, 0));
  }
  void peer_names(mux::StreamId stream) {
    comes(mux::testing::data(0, stream, mux::MultistreamInitiator("/test/note/1").opening()));
  }
  ~BoundedSessions() override { served_.reset(); }

  std::unique_ptr<Stream> served_;
};

TEST_F(BoundedSessions, end_when_the_connection_takes_nothing_for_long) {
  close_wire();
  start({}, mux::Role::initiator, {}, impatient());
  const auto stream = open("hello");
  run_until([this] { return !session_->alive(); });
  EXPECT_TRUE(session_->reason().is(Errc::reads_nothing)) << session_->reason().message();
}

TEST_F(BoundedSessions, go_on_while_a_connection_that_takes_no_more_still_gets_on) {
  close_wire();
  wire_->outgoing = {.acknowledged = 1, .waiting = 100'000};
  wire_->acknowledged_each_look = Stall::least;
  start({}, mux::Role::initiator, {}, impatient());
  const auto stream = open("hello");
  run_until([this] { return wire_->outgoing.acknowledged > 20 * Stall::least; });
  EXPECT_TRUE(session_->alive());
  wire_->acknowledged_each_look = 0;
  run_until([this] { return !session_->alive(); });
  EXPECT_TRUE(session_->reason().is(Errc::reads_nothing)) << session_->reason().message();
}

TEST_F(BoundedSessions, end_when_the_connection_takes_a_little_now_and_then) {
  close_wire();
  wire_->outgoing = {.acknowledged = 1, .waiting = 100'000};
  wire_->acknowledged_each_look = 1;
  start({}, mux::Role::initiator, {}, impatient());
  const auto stream = open("hello");
  run_until([this] {
    wire_->writable.notify();  // there is room again and again, and then there is none
    return !session_->alive();
  });
  EXPECT_TRUE(session_->reason().is(Errc::reads_nothing)) << session_->reason().message();
}

TEST_F(BoundedSessions, go_on_when_nothing_is_sent_for_long) {
  start({}, mux::Role::initiator, {}, impatient());
  const auto stream = open("hello");
  bool later = false;
  boost::asio::steady_timer timer(io_, milliseconds(50));
  timer.async_wait([&later](const boost::system::error_code&) { later = true; });
  run_until([&later] { return later; });
  EXPECT_TRUE(session_->alive());
}

TEST_F(BoundedSessions, serve_a_stream_that_names_its_protocol_after_a_while) {
  start_responder({});
  peer_opens(1);
  EXPECT_EQ(served_, nullptr);
  peer_names(1);
  run_until([this] { return served_ != nullptr; });
}

TEST_F(BoundedSessions, reset_streams_that_never_name_a_protocol_and_no_others) {
  start_responder({.negotiation = milliseconds(500)});
  peer_opens(1);
  peer_names(1);
  run_until([this] { return served_ != nullptr; });
  for (mux::StreamId stream = 3; stream < 203; stream += 2) peer_opens(stream);
  EXPECT_EQ(session_->stream_count(), 101U);
  run_until([this] { return session_->stream_count() == 1; });
  EXPECT_TRUE(served_->write_room() > 0);
}

TEST_F(BoundedSessions, forget_an_unnamed_stream_that_its_opener_resets) {
  start_responder({});
  peer_opens(1);
  comes(mux::testing::frame(mux::FrameType::window_update, mux::flag::rst, 1, 0));
  EXPECT_EQ(session_->stream_count(), 0U);
  EXPECT_TRUE(session_->alive());
}

TEST_F(BoundedSessions, let_go_of_their_fullest_stream_when_another_passes_the_budget_of_all) {
  const auto budget = std::make_shared<mux::Budget>(1'200'000);
  std::array<mux::BudgetShare, 4> others{mux::BudgetShare(budget), mux::BudgetShare(budget),
                                         mux::BudgetShare(budget), mux::BudgetShare(budget)};
  start_responder({.budget = budget});
  peer_opens(1);
  peer_names(1);
  run_until([this] { return served_ != nullptr; });
  comes(mux::testing::data(0, 1, base::Bytes(250'000)));
  bool told = false;
  served_->on_break([&told] { told = true; });
  for (auto& other : others) other.set_held(mux::BudgetLimits::floor - 1);
  EXPECT_FALSE(told) << "it has its own thread";
  poll();
  EXPECT_TRUE(told);
  EXPECT_TRUE(session_->alive());
  for (const auto& other : others) EXPECT_FALSE(other.asked());
}

TEST_F(BoundedSessions, queue_less_while_all_together_hold_more_than_half_of_the_budget) {
  constexpr std::size_t mega = 1024 * 1024;
  const auto budget = std::make_shared<mux::Budget>(64 * mega);
  mux::BudgetShare other(budget);
  other.set_held(33 * mega);
  close_wire();
  start({}, mux::Role::initiator, {}, {.budget = budget});
  const auto stream = open("");
  const base::Bytes block(SessionLimits::backlog);
  EXPECT_LE(stream->try_write(block).value(),
            SessionLimits::tight_backlog_frames * SessionLimits::full_frame);
  EXPECT_EQ(stream->write_room(), 0U);
  other.set_held(1 * mega);
  EXPECT_GT(stream->write_room(), SessionLimits::backlog / 2);
}

TEST_F(BoundedSessions, close_when_a_peer_that_was_asked_is_silent) {
  start();
  const SilenceWatch watch(session_, std::chrono::seconds(1));
  run_until([this] { return !session_->usable(); });
}

TEST_F(BoundedSessions, stay_when_a_peer_that_was_asked_has_said_something) {
  start();
  const auto stream = open("?");
  const SilenceWatch watch(session_, std::chrono::seconds(1));
  comes(mux::testing::frame(mux::FrameType::ping, mux::flag::syn, 0, 1));
  bool later = false;
  boost::asio::steady_timer timer(io_, std::chrono::seconds(2));  // by the same clock as the watch
  timer.async_wait([&later](const boost::system::error_code&) { later = true; });
  run_until([&later] { return later; });
  EXPECT_TRUE(session_->usable());
}

}  // namespace
}  // namespace qnet::session
