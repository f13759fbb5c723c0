#include "node/circuit_keeper.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "network/directory/clock.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::node {
namespace {

class CircuitKeeperTest : public ::testing::Test {
 protected:
  ~CircuitKeeperTest() override {
    if (keeper_) keeper_->stop();
    io_.restart();
    io_.run();
  }
  void start() {
    if (keeper_) keeper_->stop();
    auto made = CircuitKeeper::start(io_, folder_.path(), relay_, random_);
    ASSERT_TRUE(made) << made.error().message();
    keeper_ = std::move(*made);
  }

  boost::asio::io_context io_;
  base::testing::TemporaryFolder folder_;
  base::testing::SeededRandom random_{4};
  peer::PeerId relay_ = peer::Identity::generate(random_).peer_id();
  std::shared_ptr<CircuitKeeper> keeper_;
};

TEST_F(CircuitKeeperTest, names_keys_that_hold_now_and_outlive_a_restart) {
  start();
  const auto before = keeper_->published();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_LE(before[0].from, directory::wall_now());
  EXPECT_GT(before[0].until, directory::wall_now());
  start();
  const auto after = keeper_->published();
  // Unless a period has begun meanwhile.
  EXPECT_TRUE(after == before || after.front() == before.back());
}

TEST_F(CircuitKeeperTest, has_keys_for_first_messages_among_them_the_one_that_it_names_for_now) {
  start();
  const auto named = keeper_->published();
  const auto acceptable = keeper_->acceptable();
  ASSERT_FALSE(acceptable->empty());
  // Either, where a period has begun meanwhile.
  EXPECT_TRUE(std::ranges::any_of(*acceptable, [&](const auto& pair) {
    return pair.public_key == named[0].key || pair.public_key == named[1].key;
  }));
  const auto kept = acceptable;
  start();
  EXPECT_EQ(kept->front().public_key, acceptable->front().public_key) << "who has them keeps them";
}

TEST_F(CircuitKeeperTest, ends_when_it_is_stopped) {
  start();
  io_.run_one();
  keeper_->stop();
  io_.restart();
  io_.run();
  EXPECT_EQ(keeper_.use_count(), 1);
}

TEST_F(CircuitKeeperTest, does_not_start_without_a_place_for_the_keys) {
  const auto made = CircuitKeeper::start(io_, folder_.path() / "missing", relay_, random_);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().is(circuit::KeyFileErrc::unwritable));
}

}  // namespace
}  // namespace qnet::node
