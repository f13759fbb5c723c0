#include "node/own_list.hpp"

#include "network/directory_server/testing/service_fixture.hpp"

namespace qnet::node {
namespace {

using directory::testing::identity;
using std::chrono::milliseconds;

class OwnListTest : public directory::testing::ServiceTest {
 protected:
  ~OwnListTest() override { list_->stop(); }

  [[nodiscard]] bool knows(std::size_t count, milliseconds within) {
    return net::testing::comes_true(io_, [&] { return known_->size() == count; }, within);
  }

  std::shared_ptr<discovery::KnownRelays> known_ = std::make_shared<discovery::KnownRelays>();
  std::shared_ptr<OwnList> list_ = OwnList::start(io_, service_, known_);
};

TEST_F(OwnListTest, has_the_relays_that_the_directory_lists_once_they_are_listed) {
  register_relays(1);
  register_relays(7);
  ASSERT_TRUE(knows(7, milliseconds(20'000)));
  const auto keys = identity(203);
  const auto address = known_->address_of(keys.peer_id());
  ASSERT_TRUE(address);
  EXPECT_EQ(address->noise_key, keys.noise.public_key);
  EXPECT_TRUE(known_->is_relay(keys.noise.public_key));
}

TEST_F(OwnListTest, leaves_a_directory_alone_once_it_is_stopped) {
  list_->stop();
  register_relays(3);
  run_until([&] { return service_->roster().listed_count() == 3; });
  EXPECT_FALSE(knows(3, 2 * OwnList::Limits::look));
}

TEST_F(OwnListTest, does_not_keep_the_directory) {
  run_for(milliseconds(20));
  const std::weak_ptr<directory::Service> kept = service_;
  service_->stop();
  service_.reset();
  EXPECT_TRUE(net::testing::comes_true(io_, [&] { return kept.expired(); }));
  service_ = start_another();
}

}  // namespace
}  // namespace qnet::node
