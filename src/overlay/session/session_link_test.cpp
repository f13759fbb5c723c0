// What a session asks of a link, and when.

#include <gmock/gmock.h>

#include "overlay/session/testing/hand_link.hpp"
#include "protocol/mux/testing/frames.hpp"

namespace qnet::session {
namespace {

using base::bytes_of;
using link::Ending;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::SessionOverLink;

TEST_F(SessionOverLink, gives_the_link_nothing_before_it_can_send) {
  close_wire();
  start();
  const auto stream = open("hello");
  poll();
  EXPECT_THAT(wire_->sent, IsEmpty());
  open_wire();
  EXPECT_THAT(wire_->sent, HasSubstr("hello"));
}

TEST_F(SessionOverLink, lives_without_an_owner_until_the_link_ends) {
  std::weak_ptr<Session> seen;
  seen = Session::start(std::make_unique<testing::HandLink>(io_.get_executor(), wire_, link::Facts{}),
                        mux::Role::initiator, {});
  poll();
  EXPECT_FALSE(seen.expired());
  wire_->closed = true;
  wire_->readable.notify();
  wire_->writable.notify();
  poll();
  EXPECT_TRUE(seen.expired());
}

TEST_F(SessionOverLink, can_still_take_back_what_the_link_has_not_asked_for) {
  start();
  const auto kept = open("kept");
  poll();
  close_wire();
  auto dropped = open("dropped");
  ASSERT_TRUE(kept->try_write(bytes_of("later")));
  poll();
  dropped->reset();
  open_wire();
  EXPECT_THAT(wire_->sent, HasSubstr("later"));
  EXPECT_THAT(wire_->sent, Not(HasSubstr("dropped")));
}

TEST_F(SessionOverLink, offers_room_again_when_the_link_has_taken_what_waited) {
  close_wire();
  start();
  const auto stream = open("");
  const base::Bytes block(SessionLimits::backlog);
  std::size_t written = 0;
  for (int i = 0; i < 10; ++i) written += stream->try_write(block).value();
  EXPECT_LE(written, SessionLimits::backlog);
  EXPECT_EQ(stream->write_room(), 0U);
  open_wire();
  EXPECT_GE(wire_->sent.size(), written);
}

TEST_F(SessionOverLink, holds_what_fills_whole_records_of_its_link) {
  link::Facts facts;
  facts.record_data = 16'353;
  start(facts);
  const auto stream = open("");
  poll();
  close_wire();
  wire_->sent.clear();
  const base::Bytes block(SessionLimits::backlog);
  while (stream->try_write(block).value() > 0) continue;
  open_wire();
  // One record at a time was given: as many as there are frames, each of them full.
  EXPECT_EQ(wire_->sent.size(), SessionLimits::backlog_frames * facts.record_data);
}

TEST_F(SessionOverLink, reads_where_the_bytes_lie) {
  start();
  const auto stream = open("?");
  poll();
  comes(mux::testing::data(mux::flag::ack, 1, mux::MultistreamInitiator("/test/1").opening()));
  std::array<std::uint8_t, 1> byte{};
  EXPECT_TRUE(stream->peek().empty()) << "the answer to the protocol's name is not the reader's";
  EXPECT_FALSE(stream->try_read(byte));
  comes(mux::testing::data(0, 1, bytes_of("answer")));
  EXPECT_EQ(base::text_of(stream->peek()), "answer");
  stream->consume(3);
  EXPECT_EQ(base::text_of(stream->peek()), "wer");
}

TEST_F(SessionOverLink, ends_the_link_in_an_orderly_way_when_it_is_closed) {
  start();
  session_->close();
  poll();
  EXPECT_THAT(wire_->endings, ElementsAre(Ending::orderly));
  EXPECT_TRUE(session_->alive()) << "the peer's own end has not come";
}

TEST_F(SessionOverLink, tells_the_peer_and_ends_as_failed_when_it_breaks_the_rules) {
  start();
  wire_->sent.clear();
  comes(mux::testing::frame(mux::FrameType::data, 0, 7, 3));
  EXPECT_FALSE(session_->alive());
  EXPECT_THAT(wire_->endings, ElementsAre(Ending::failed));
  base::Bytes sent(bytes_of(wire_->sent).begin(), bytes_of(wire_->sent).end());
  const auto frames = mux::testing::take_frames(sent);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.back().header.type, mux::FrameType::go_away);
  EXPECT_TRUE(wire_->closed);
}

TEST_F(SessionOverLink, ends_with_the_links_error) {
  start();
  bool told = false;
  session_->on_end([&told] { told = true; });
  wire_->breaks = net::Errc::reset;
  wire_->readable.notify();
  poll();
  EXPECT_TRUE(told);
  EXPECT_TRUE(session_->reason().is(net::Errc::reset));
}

TEST_F(SessionOverLink, ends_an_unused_link_as_its_facts_say) {
  link::Facts facts;
  facts.idle_after = std::chrono::seconds(1);
  start(facts);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  io_.restart();
  while (wire_->endings.empty() && std::chrono::steady_clock::now() < end)
    io_.run_one_for(std::chrono::seconds(1));
  EXPECT_THAT(wire_->endings, ElementsAre(Ending::idle));
}

}  // namespace
}  // namespace qnet::session
