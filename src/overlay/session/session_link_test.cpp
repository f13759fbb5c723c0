// A session over a link that the test moves by hand: what the session asks of a link, and when.
#include <deque>

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/testing/frames.hpp"

namespace qnet::session {
namespace {

using base::bytes_of;
using link::Ending;
using link::Progress;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// What the test sees of the link after the session has it.
struct Wire {
  explicit Wire(const boost::asio::any_io_executor& executor) : readable(executor), writable(executor) {}
  bool open = true;  ///< to what the session sends
  std::string sent;
  std::deque<std::string> incoming;
  std::optional<net::Errc> breaks;
  std::vector<Ending> endings;
  bool closed = false;
  net::Signal readable;
  net::Signal writable;
};

class HandLink final : public link::Link {
 public:
  HandLink(const boost::asio::any_io_executor& executor, std::shared_ptr<Wire> wire, link::Facts facts)
      : executor_(executor), wire_(std::move(wire)), facts_(facts) {}

  [[nodiscard]] const link::Facts& facts() const override { return facts_; }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }
  net::Task<base::Result<void>> wait_readable() override {
    const auto wire = wire_;
    co_await wire->readable.wait();
    co_return base::Result<void>();
  }
  [[nodiscard]] base::Result<Progress> receive(link::User& user) override {
    if (wire_->closed) return base::fail(net::Errc::closed);
    if (!wire_->incoming.empty()) {
      const auto bytes = wire_->incoming.front();
      wire_->incoming.pop_front();
      if (auto taken = user.take(bytes_of(bytes)); !taken) return tl::unexpected(taken.error());
      return Progress::some;
    }
    if (wire_->breaks) return base::fail(*wire_->breaks);
    return Progress::blocked;
  }
  net::Task<base::Result<void>> wait_writable() override {
    const auto wire = wire_;
    co_await wire->writable.wait();
    co_return base::Result<void>();
  }
  [[nodiscard]] base::Result<Progress> send(link::User& user) override {
    if (!wire_->open) return Progress::blocked;
    base::Bytes record(16'383);
    const auto given = user.give(record);
    wire_->sent += base::text_of(base::ByteView(record).first(given));
    return given > 0 ? Progress::some : Progress::nothing;
  }
  void finish(Ending how) override { wire_->endings.push_back(how); }
  void close() override {
    wire_->closed = true;
    wire_->readable.notify();
    wire_->writable.notify();
  }

 private:
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Wire> wire_;
  link::Facts facts_;
};

class SessionOverLink : public ::testing::Test {
 protected:
  ~SessionOverLink() override {
    wire_->closed = true;
    wire_->readable.notify();
    wire_->writable.notify();
    poll();
  }
  void start(link::Facts facts = {}) {
    session_ = Session::start(std::make_unique<HandLink>(io_.get_executor(), wire_, facts),
                              mux::Role::initiator, {});
    poll();
  }
  void poll() {
    io_.restart();
    io_.poll();
  }
  void close_wire() { wire_->open = false; }
  void open_wire() {
    wire_->open = true;
    wire_->writable.notify();
    poll();
  }
  void comes(const base::Bytes& bytes) {
    wire_->incoming.emplace_back(base::text_of(bytes));
    wire_->readable.notify();
    poll();
  }
  std::unique_ptr<Stream> open(std::string_view first) { return *session_->open("/test/1", bytes_of(first)); }

  boost::asio::io_context io_{1};
  std::shared_ptr<Wire> wire_ = std::make_shared<Wire>(io_.get_executor());
  std::shared_ptr<Session> session_;
};

TEST_F(SessionOverLink, gives_the_link_nothing_before_it_can_send) {
  close_wire();
  start();
  const auto stream = open("hello");
  poll();
  EXPECT_THAT(wire_->sent, IsEmpty());
  open_wire();
  EXPECT_THAT(wire_->sent, HasSubstr("hello"));
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
