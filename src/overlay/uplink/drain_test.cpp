#include "overlay/uplink/drain.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "overlay/session/stream.hpp"
#include "overlay/uplink/testing/sessions.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

class DrainsTest : public ::testing::Test {
 protected:
  ~DrainsTest() override {
    drains_.stop();
    if (wired_.wire.is_open()) wired_.cut();
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  /// A closed session waits two seconds for its peer's end.
  [[nodiscard]] bool ends() {
    return net::testing::comes_true(io_, [this] { return !wired_.session->alive(); });
  }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{1};
  testing::WiredSession wired_{io_, random_};
  Drains drains_{io_.get_executor()};
};

TEST_F(DrainsTest, a_session_without_streams_ends_at_once) {
  drains_.add(wired_.session, 1h);
  EXPECT_FALSE(wired_.session->usable());
  EXPECT_TRUE(ends());
}

TEST_F(DrainsTest, a_session_with_a_stream_goes_on_and_takes_no_new_ones) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  run();
  EXPECT_TRUE(wired_.session->alive());
  EXPECT_EQ(wired_.session->stream_count(), 1U);
  EXPECT_FALSE(wired_.session->usable());
}

TEST_F(DrainsTest, a_session_ends_after_its_last_stream) {
  auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  run();
  stream->reset();
  EXPECT_TRUE(ends());
}

TEST_F(DrainsTest, a_session_ends_at_its_limit) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 0s);
  EXPECT_TRUE(ends());
}

TEST_F(DrainsTest, stopping_ends_what_has_streams) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  run();
  drains_.stop();
  EXPECT_TRUE(ends());
}

TEST_F(DrainsTest, a_session_that_has_ended_leaves_no_timer_behind) {
  {
    const auto stream = wired_.session->open("/test/1", {});
    drains_.add(wired_.session, 1h);
    wired_.cut();
    EXPECT_TRUE(ends());
  }
  const std::weak_ptr<session::Session> weak = wired_.session;
  wired_.session.reset();
  EXPECT_TRUE(net::testing::comes_true(io_, [&] { return weak.expired(); }));
}

}  // namespace
}  // namespace qnet::uplink
