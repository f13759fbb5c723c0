#include "network/directory_server/publisher.hpp"

#include <stdexcept>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using testing::identity;
using testing::kNow;
using testing::kStart;

using Published = std::shared_ptr<const Publication>;

class PublisherTest : public ::testing::Test {
 protected:
  void add(std::uint64_t number) { testing::list_relay(roster_, number); }
  /// Of which relay they are.
  static peer::Identity keys_of(const peer::PeerId& peer, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
      if (auto keys = testing::listed_identity(i); keys.peer_id() == peer) return keys;
    throw std::logic_error("nobody has these keys");
  }
  std::shared_ptr<Published> begin() {
    auto to = std::make_shared<Published>();
    auto task = [](Publisher& publisher, std::shared_ptr<Published> given) -> net::Task<void> {
      *given = co_await publisher.current();
    };
    boost::asio::co_spawn(io_, task(publisher_, to), boost::asio::detached);
    return to;
  }
  Published ask() {
    const auto published = begin();
    io_.restart();
    io_.run();
    return *published;
  }

  boost::asio::io_context io_;
  Roster roster_;
  peer::Identity operator_ = identity(50);
  Publisher publisher_{io_.get_executor(), operator_.clone(), roster_};
};

TEST_F(PublisherTest, a_list_made_in_steps_is_the_one_that_its_header_names) {
  const auto count = 2 * PublishingLimits::relays + 50;  // some 55 KB: two pieces
  for (std::uint64_t i = 0; i < count; ++i) add(i);
  const auto published = ask();
  ASSERT_TRUE(published);
  const auto header = SnapshotHeader::parse(published->header);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->directory, operator_.peer_id());
  const auto list = open_list(*header, *published->list);
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_EQ(list->size(), count);
  EXPECT_GT(encode_list(roster_.listed()).size(), PublishingLimits::bytes);
  EXPECT_EQ(header->list, crypto::sha256(encode_list(roster_.listed())));
}

TEST_F(PublisherTest, an_empty_list_can_be_had) {
  const auto published = ask();
  ASSERT_TRUE(published);
  const auto list = open_list(SnapshotHeader::parse(published->header).value(), *published->list);
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_TRUE(list->empty());
}

TEST_F(PublisherTest, who_asks_while_the_first_is_made_waits_for_it) {
  for (std::uint64_t i = 0; i < 2 * PublishingLimits::relays; ++i) add(i);
  const auto one = begin();
  const auto other = begin();
  io_.run();
  ASSERT_TRUE(*one);
  EXPECT_EQ(*one, *other);
}

TEST_F(PublisherTest, a_roster_that_changes_between_two_steps_gives_a_whole_list_all_the_same) {
  for (std::uint64_t i = 0; i < 2 * PublishingLimits::relays; ++i) add(i);
  const auto published = begin();
  io_.run_one();
  ASSERT_FALSE(*published) << "it is being made";
  // The very relay at which the first step ended goes, and one comes.
  const auto last = roster_.listed()[PublishingLimits::relays - 1]->descriptor.descriptor();
  const auto keys = keys_of(last.peer, 2 * PublishingLimits::relays);
  const auto goodbye =
      Registration::parse(testing::goodbye_of(SignedDescriptor::sign(last, keys), 2).sign(keys));
  ASSERT_TRUE(roster_.take(*goodbye, kNow, kStart + std::chrono::seconds(30)));
  add(5'000);
  io_.run();
  ASSERT_TRUE(*published);
  const auto header = SnapshotHeader::parse((*published)->header);
  ASSERT_TRUE(header);
  const auto list = open_list(*header, *(*published)->list);
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_GE(list->size(), 2 * PublishingLimits::relays);
}

TEST(Header, is_old_by_either_clock_or_when_it_comes_from_the_future) {
  using namespace std::chrono_literals;
  EXPECT_FALSE(is_old(kNow, kNow + 9min, kStart, kStart + 9min));
  EXPECT_TRUE(is_old(kNow, kNow, kStart, kStart + 10min));
  EXPECT_TRUE(is_old(kNow, kNow + 3h, kStart, kStart + 1s)) << "the machine slept";
  EXPECT_TRUE(is_old(kNow, kNow - 1h, kStart, kStart + 1s)) << "the clock was set right";
}

TEST_F(PublisherTest, one_list_serves_all_who_ask_within_five_seconds) {
  add(1);
  const auto first = ask();
  add(2);
  EXPECT_EQ(ask(), first);
}

}  // namespace
}  // namespace qnet::directory
