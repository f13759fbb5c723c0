#include "network/discovery/membership.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::discovery {
namespace {

using directory::CircuitKey;
using directory::testing::kNow;
using net::testing::comes_true;
using Keys = std::vector<CircuitKey>;

constexpr std::chrono::hours kLife{48};

/// A relay that registers with a directory in its own process.
class MembershipTest : public ::testing::Test {
 protected:
  ~MembershipTest() override {
    if (membership_) membership_->stop(nullptr);
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
  }
  void join(std::function<Keys()> circuit_keys) {
    MembershipConfig config{
        keys_.clone(), {}, directory::testing::descriptor_of(keys_), peer::HostPort{"198.51.99.7", 443}};
    config.circuit_keys = std::move(circuit_keys);
    auto own = [this](base::Bytes wire) -> net::Task<directory::Answer> {
      const auto registration = directory::Registration::parse(wire);
      if (registration && registration->descriptor) told_.push_back(registration->descriptor->descriptor());
      directory::Answer answer;
      answer.status = directory::Status::ok;
      co_return answer;
    };
    membership_.emplace(io_, std::move(config), dialer_, own);
    membership_->join();
  }
  [[nodiscard]] bool is_told(std::size_t times) {
    return comes_true(io_, [&] { return told_.size() >= times; });
  }

  boost::asio::io_context io_;
  base::testing::SeededRandom random_{3};
  std::shared_ptr<const session::Dialer> dialer_ =
      std::make_shared<session::Dialer>(link::Dialers(), random_);
  peer::Identity keys_ = directory::testing::identity(1);
  std::optional<Membership> membership_;
  std::vector<directory::Descriptor> told_;  // each that was sent whole
};

TEST_F(MembershipTest, names_no_circuit_keys_where_no_circuits_are_served) {
  join(nullptr);
  ASSERT_TRUE(is_told(1));
  EXPECT_TRUE(told_.front().circuit_keys.empty());
}

TEST_F(MembershipTest, tells_new_circuit_keys_before_the_next_heartbeat) {
  Keys now{{{1}, kNow, kNow + kLife}};
  join([&now] { return now; });
  ASSERT_TRUE(is_told(1));
  EXPECT_EQ(told_.front().circuit_keys, now);
  now = {{{2}, kNow, kNow + kLife}, {{3}, kNow + std::chrono::hours(24), kNow + std::chrono::hours(72)}};
  ASSERT_TRUE(is_told(2)) << "heartbeats are 25 s apart at least, and this waits for 20";
  EXPECT_EQ(told_.back().circuit_keys, now);
}

}  // namespace
}  // namespace qnet::discovery
