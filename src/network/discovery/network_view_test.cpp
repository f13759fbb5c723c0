#include "network/discovery/network_view.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/clock.hpp"
#include "network/discovery/testing/operators.hpp"

namespace qnet::discovery {
namespace {

namespace asio = boost::asio;
using directory::Answer;
using directory::wall_now;
using directory::WallTime;
using testing::operator_of;
using testing::Seeds;
using namespace std::chrono_literals;

constexpr std::size_t kOperators = 3;

class NetworkViewTest : public ::testing::Test {
 protected:
  enum class Behaviour : std::uint8_t { answers, refuses, silent };
  struct Operator {
    Behaviour behaviour = Behaviour::answers;
    Seeds lists{1, 2, 3};
    int asked = 0;
    bool knew = false;  // the last question named a list
  };

  ~NetworkViewTest() override {
    if (view_) view_->stop();
    never_.cancel();
    io_.restart();
    io_.run_for(50ms);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void start() {
    std::vector<peer::Invite> invites;
    for (std::size_t i = 0; i < kOperators; ++i) {
      const auto keys = operator_of(i);
      invites.push_back(peer::Invite::make(keys, {"198.51.100.7", 443}, "www.example.com"));
    }
    view_ = std::make_shared<NetworkView>(
        io_.get_executor(), std::move(invites), folder_,
        [this](const peer::Invite& at, directory::Query query) { return answer(at, std::move(query)); },
        random_);
    view_->start([this] { ++changes_; });
  }
  net::Task<base::Result<Answer>> answer(const peer::Invite& at, directory::Query query) {
    std::size_t index = 0;
    while (operator_of(index).peer_id() != at.peer) ++index;
    auto& one = operators_.at(index);
    ++one.asked;
    one.knew = !query.payload.empty();
    if (one.behaviour == Behaviour::silent)
      (void)co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (one.behaviour != Behaviour::answers) co_return base::fail(directory::Errc::no_answer);
    co_return testing::answer_of(index, one.lists, wall_now(), ++version_, made_);
  }
  template <class Condition>
  [[nodiscard]] bool becomes_true(Condition condition, std::chrono::milliseconds within) {
    return net::testing::comes_true(io_, condition, within);
  }
  [[nodiscard]] std::size_t exits() const { return view_->exits().size(); }

  asio::io_context io_;
  asio::steady_timer never_{io_, asio::steady_timer::time_point::max()};
  base::testing::SeededRandom random_{3};
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("qnet-view-" + std::to_string(::getpid()));
  std::array<Operator, kOperators> operators_;
  WallTime made_ = wall_now();
  std::uint64_t version_ = 0;
  int changes_ = 0;
  std::shared_ptr<NetworkView> view_;
};

TEST_F(NetworkViewTest, two_that_answer_are_enough_while_the_third_is_silent) {
  operators_[0].behaviour = Behaviour::silent;
  start();
  EXPECT_TRUE(becomes_true([&] { return exits() == 3; }, 10s));
  EXPECT_EQ(view_->summary().agreeing, 2U);
  EXPECT_EQ(view_->summary().problem, "");
}

TEST_F(NetworkViewTest, a_liar_adds_nobody_and_hides_nobody) {
  operators_[1].lists = {7};
  start();
  EXPECT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  EXPECT_EQ(exits(), 3U);
}

TEST_F(NetworkViewTest, nobody_answers_and_whoever_waits_is_told_so_soon) {
  for (auto& one : operators_) one.behaviour = Behaviour::silent;
  start();
  EXPECT_TRUE(becomes_true([&] { return view_->settled(); }, ViewLimits::longest_wait + 10s));
  EXPECT_EQ(changes_, 1);
  EXPECT_EQ(exits(), 0U);
}

TEST_F(NetworkViewTest, who_refuses_is_asked_again_within_seconds_and_a_person_is_told_who_it_is) {
  for (auto& one : operators_) one.behaviour = Behaviour::refuses;
  start();
  EXPECT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  EXPECT_NE(view_->summary().problem.find("198.51.100.7:443 gives no list"), std::string::npos)
      << view_->summary().problem;
  for (auto& one : operators_) one.behaviour = Behaviour::answers;
  EXPECT_TRUE(becomes_true([&] { return exits() == 3; }, RefreshLimits::first_retry * 2 + 10s));
  EXPECT_EQ(view_->summary().problem, "");
}

TEST_F(NetworkViewTest, begins_with_what_it_knew_before_any_answer) {
  start();
  ASSERT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  view_->stop();
  for (auto& one : operators_) one.behaviour = Behaviour::silent;
  start();
  EXPECT_EQ(exits(), 3U) << "at once, from disk";
  EXPECT_TRUE(becomes_true([&] { return operators_[2].asked == 2; }, 10s));
  for (const auto& one : operators_) EXPECT_TRUE(one.knew) << "an unchanged list need not be sent again";
}

TEST_F(NetworkViewTest, knows_relays_without_an_exit_too_and_tells_when_only_those_change) {
  for (auto& one : operators_) one.lists = {1, 2, 3, testing::kFirstWithoutExit};
  start();
  ASSERT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  const auto before = view_->relays();
  EXPECT_EQ(before->size(), 4U);
  EXPECT_EQ(exits(), 3U);
  const auto told = changes_;
  for (auto& one : operators_) one.lists.insert(testing::kFirstWithoutExit + 1);
  view_->refresh_soon();
  EXPECT_TRUE(becomes_true([&] { return view_->relays()->size() == 5; }, RefreshLimits::shortest * 2 + 10s));
  EXPECT_GT(changes_, told);
  EXPECT_EQ(before->size(), 4U) << "who keeps an old list keeps it as it was";
}

TEST_F(NetworkViewTest, has_no_new_list_where_nothing_has_changed) {
  start();
  ASSERT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  const auto before = view_->relays();
  view_->refresh_soon();
  ASSERT_TRUE(becomes_true([&] { return operators_[0].asked == 2 && operators_[2].asked == 2; },
                           RefreshLimits::shortest * 2 + 10s));
  EXPECT_TRUE(becomes_true([&] { return view_->summary().agreeing == kOperators; }, 10s));
  EXPECT_EQ(view_->relays(), before);
}

TEST_F(NetworkViewTest, a_hurry_during_a_refresh_is_not_lost) {
  operators_[0].behaviour = Behaviour::silent;
  start();
  ASSERT_TRUE(becomes_true([&] { return exits() == 3; }, 10s));
  view_->refresh_soon();
  io_.restart();
  io_.run_for(RefreshLimits::shortest * 5 / 4 + 1s);  // its time comes, and the first refresh still lasts
  EXPECT_EQ(operators_[1].asked, 1);
  operators_[0].behaviour = Behaviour::answers;
  never_.cancel();
  EXPECT_TRUE(becomes_true([&] { return operators_[1].asked == 2; }, 10s));
}

TEST_F(NetworkViewTest, a_hundred_hurries_are_one_and_not_at_once) {
  start();
  ASSERT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  for (int i = 0; i < 100; ++i) view_->refresh_soon();
  io_.restart();
  io_.run_for(RefreshLimits::shortest / 2);
  for (const auto& one : operators_) EXPECT_EQ(one.asked, 1);
}

TEST_F(NetworkViewTest, asks_nobody_any_more_once_stopped) {
  start();
  ASSERT_TRUE(becomes_true([&] { return view_->settled(); }, 10s));
  view_->stop();
  view_->refresh_soon();
  io_.restart();
  io_.run_for(200ms);
  for (const auto& one : operators_) EXPECT_EQ(one.asked, 1);
}

}  // namespace
}  // namespace qnet::discovery
