#include "control/watch.hpp"

#include <gmock/gmock.h>

#include "control/testing/sample_status.hpp"
#include "control/words.hpp"

namespace qnet::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto kThen = std::chrono::system_clock::from_time_t(1'750'000'000);

std::vector<std::string> codes(const std::vector<Happening>& all) {
  std::vector<std::string> found;
  for (const auto& one : all) {
    found.push_back(one.code);
    EXPECT_NE(sentence("happened." + one.code, one.words), "happened." + one.code) << "no words for it";
  }
  return found;
}

std::vector<std::string> between(const Status& before, const Status& after) {
  return codes(happened_between(before, after, kThen));
}

TEST(Happened, nothing_when_nothing_changed) {
  EXPECT_THAT(between(testing::client_status(), testing::client_status()), IsEmpty());
  EXPECT_THAT(between(testing::super_status(), testing::super_status()), IsEmpty());
}

TEST(Happened, to_the_state_of_a_client) {
  const auto connected = testing::client_status();
  auto other = connected;
  other.state = State::offline;
  EXPECT_THAT(between(connected, other), ElementsAre("lost"));
  EXPECT_THAT(between(other, connected), ElementsAre("connected"));
  other.state = State::disconnected;
  EXPECT_THAT(between(connected, other), ElementsAre("disconnected"));
  auto calibrating = connected;
  calibrating.state = State::calibrating;
  EXPECT_THAT(between(other, calibrating), ElementsAre("connecting"));
  EXPECT_THAT(between(connected, calibrating), IsEmpty());  // it is looked again whether anything comes back
}

TEST(Happened, to_the_path_of_a_client) {
  const auto before = testing::client_status();
  auto after = before;
  after.path->hops = 3;
  after.path->countries = {"SE", "NO"};
  after.path->renewals = 1;
  after.path->exit_seen = Hop{"192.0.2.9", "SE"};
  const auto found = happened_between(before, after, kThen);
  EXPECT_THAT(codes(found), ElementsAre("exit_in", "mode_private", "countries", "new_path"));
  EXPECT_EQ(found[2].words.at("countries"), "SE, NO");
  EXPECT_EQ(found[0].at, kThen);
  EXPECT_THAT(between(after, before), ElementsAre("mode_fast", "anywhere"));
}

TEST(Happened, to_the_network_and_where_it_is_registered) {
  auto before = testing::super_status();
  before.network = Network{};
  before.directory = Directory{};
  before.registered = {{"192.0.2.9:443", false, "Set the clock."}};
  auto after = before;
  after.state = State::connected;
  after.network->relays = 31;
  after.network->problem = "no answer";
  after.registered = {{"192.0.2.9:443", true, ""}};
  after.directory->store_works = false;
  EXPECT_THAT(between(before, after), ElementsAre("serving", "list", "no_list", "listed", "database_fails"));
  EXPECT_THAT(between(after, before), ElementsAre("not_serving", "unlisted", "database_works"));
}

/// Bytes come in, and seconds pass.
class WatchTest : public ::testing::Test {
 protected:
  void second(std::uint64_t up, std::uint64_t down) {
    status_.counters.bytes_up += up;
    status_.counters.bytes_down += down;
    now_ += std::chrono::seconds(1);
    watch_.tick(status_, now_);
  }
  Status shown() {
    auto status = status_;
    watch_.complete(status, now_);
    return status;
  }

  Watch watch_;
  Status status_ = testing::client_status();
  Watch::WallTime now_ = kThen;
};

TEST_F(WatchTest, counts_the_bytes_of_each_second) {
  second(7, 7);  // what came before it began is of no second
  second(10, 100);
  second(0, 200);
  EXPECT_THAT(shown().rates.up, ElementsAre(10, 0));
  EXPECT_THAT(shown().rates.down, ElementsAre(100, 200));
}

TEST_F(WatchTest, keeps_a_minute) {
  for (std::uint64_t i = 0; i < 100; ++i) second(i, 0);
  EXPECT_EQ(shown().rates.up.size(), 60U);
  EXPECT_EQ(shown().rates.up.back(), 99U);
}

TEST_F(WatchTest, takes_a_counter_that_was_set_back_for_a_new_one) {
  second(0, 0);
  status_.counters.bytes_up = 5;
  second(0, 0);
  EXPECT_THAT(shown().rates.up, ElementsAre(5));
}

TEST_F(WatchTest, tells_the_newest_first) {
  second(0, 0);
  status_.path->hops = 3;
  second(0, 0);
  EXPECT_THAT(codes(shown().happened), ElementsAre("mode_private", "connected", "started"));
}

TEST_F(WatchTest, keeps_fifty) {
  for (int i = 0; i < 200; ++i) {
    status_.path->hops = status_.path->hops == 1 ? 3 : 1;
    second(0, 0);
  }
  EXPECT_EQ(shown().happened.size(), 50U);
}

TEST_F(WatchTest, knows_since_when_the_state_is_as_it_is) {
  second(0, 0);
  EXPECT_EQ(shown().state_since, now_);
  second(0, 0);
  EXPECT_EQ(shown().state_since, now_ - std::chrono::seconds(1));
  status_.state = State::offline;
  EXPECT_EQ(shown().state_since, now_);  // also when it is asked between two seconds
}

TEST_F(WatchTest, calls_the_same_exit_after_a_new_beginning_no_news) {
  status_.path->exit_seen = Hop{"192.0.2.9"};
  second(0, 0);
  status_.path->exit_seen.reset();
  second(0, 0);
  status_.path->exit_seen = Hop{"192.0.2.9"};
  second(0, 0);
  EXPECT_THAT(codes(shown().happened), ElementsAre("exit", "connected", "started"));
}

TEST_F(WatchTest, keeps_the_nodes_of_a_demo_apart) {
  status_ = testing::demo_status();
  second(0, 0);
  status_.nodes[1].status.counters.bytes_up += 9;
  second(1, 0);
  const auto all = shown();
  EXPECT_THAT(all.rates.up, ElementsAre(1));
  EXPECT_THAT(all.nodes[0].status.rates.up, ElementsAre(0));
  EXPECT_THAT(all.nodes[1].status.rates.up, ElementsAre(9));
}

}  // namespace
}  // namespace qnet::control
