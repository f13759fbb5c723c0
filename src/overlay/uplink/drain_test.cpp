#include "overlay/uplink/drain.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/session/stream.hpp"
#include "overlay/uplink/testing/sessions.hpp"

namespace qnet::uplink {
namespace {

using namespace std::chrono_literals;

class DrainsTest : public ::testing::Test {
 protected:
  ~DrainsTest() override {
    drains_.stop();
    wired_.cut();
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  [[nodiscard]] bool takes_streams() const { return wired_.session->usable(); }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{1};
  testing::WiredSession wired_{io_, random_};
  Drains drains_{io_.get_executor()};
};

TEST_F(DrainsTest, a_session_without_streams_is_closed_at_once) {
  drains_.add(wired_.session, 1h);
  EXPECT_FALSE(takes_streams());
}

TEST_F(DrainsTest, a_session_with_a_stream_goes_on) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  run();
  EXPECT_TRUE(takes_streams());
}

TEST_F(DrainsTest, a_session_is_closed_after_its_last_stream) {
  auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  stream->reset();
  run();
  EXPECT_FALSE(takes_streams());
}

TEST_F(DrainsTest, a_session_is_closed_at_its_limit) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 0s);
  run();
  EXPECT_FALSE(takes_streams());
}

TEST_F(DrainsTest, stopping_closes_what_has_streams) {
  const auto stream = wired_.session->open("/test/1", {});
  drains_.add(wired_.session, 1h);
  run();
  drains_.stop();
  EXPECT_FALSE(takes_streams());
}

}  // namespace
}  // namespace qnet::uplink
