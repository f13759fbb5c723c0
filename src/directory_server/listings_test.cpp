#include "directory_server/listings.hpp"

#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::descriptor_of;
using testing::identity;
using testing::kNow;
using testing::kStart;

class ListingsTest : public ::testing::Test {
 protected:
  using Text = std::shared_ptr<const std::string>;

  void add(std::uint64_t number, const char* country) {
    const auto keys = identity(300 + number);
    const auto host = "198.51." + std::to_string(number / 200) + "." + std::to_string(1 + number % 200);
    const auto descriptor = SignedDescriptor::sign(descriptor_of(keys, host), keys);
    const Country in{country, CountrySource::database};
    const base::Bytes wire(descriptor.wire().begin(), descriptor.wire().end());
    ASSERT_TRUE(roster_->restore({keys.signing.public_key, wire, 1, kNow, kNow, true, in, false}, kStart));
  }
  /// Null until there is one.
  std::shared_ptr<Text> begin(std::string country) {
    auto to = std::make_shared<Text>();
    auto task = [](std::shared_ptr<Listings> listings, std::shared_ptr<const Roster> roster, std::string of,
                   std::shared_ptr<Text> given) -> net::Task<void> {
      *given = co_await listings->of(std::move(roster), std::move(of));
    };
    boost::asio::co_spawn(io_, task(listings_, roster_, std::move(country), to), boost::asio::detached);
    return to;
  }
  std::string ask(std::string country) {
    const auto text = begin(std::move(country));
    io_.restart();
    while (!*text) io_.run_one_for(std::chrono::seconds(10));
    return **text;
  }
  static bool counts(const std::string& text, int count) {
    return text.ends_with("],\"count\":" + std::to_string(count) + "}\n");
  }

  boost::asio::io_context io_;
  std::shared_ptr<Roster> roster_ = std::make_shared<Roster>();
  std::shared_ptr<Listings> listings_ = std::make_shared<Listings>(io_.get_executor());
};

TEST_F(ListingsTest, lists_a_country_or_all_over_several_steps) {
  for (std::uint64_t i = 0; i < 60; ++i) add(i, i < 35 ? "SE" : "DE");
  EXPECT_TRUE(counts(ask("SE"), 35));
  EXPECT_TRUE(counts(ask("DE"), 25));  // exactly one step
  EXPECT_TRUE(counts(ask(""), 60));
  EXPECT_TRUE(counts(ask("NO"), 0));
}

TEST_F(ListingsTest, who_asks_at_the_same_time_gets_the_same_one) {
  add(1, "SE");
  const auto one = begin("SE");
  const auto other = begin("SE");
  io_.run_for(std::chrono::milliseconds(200));
  ASSERT_TRUE(*one);
  EXPECT_EQ(*one, *other);
}

TEST_F(ListingsTest, an_old_one_is_the_answer_while_the_next_is_made) {
  const auto first = static_cast<int>(ListingLimits::step) + 1;  // more than is written at once
  for (int i = 0; i < first; ++i) add(static_cast<std::uint64_t>(i), "SE");
  EXPECT_TRUE(counts(ask("SE"), first));
  add(100, "SE");
  EXPECT_TRUE(counts(ask("SE"), first)) << "less than a second old";
  std::this_thread::sleep_for(ListingLimits::fresh);
  EXPECT_TRUE(counts(ask("SE"), first)) << "at once";
  io_.restart();
  io_.run_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(counts(ask("SE"), first + 1));
}

TEST_F(ListingsTest, a_very_old_one_is_no_answer) {
  add(1, "SE");
  EXPECT_TRUE(counts(ask("SE"), 1));
  add(2, "SE");
  std::this_thread::sleep_for(ListingLimits::kept);
  EXPECT_TRUE(counts(ask("SE"), 2));
}

TEST_F(ListingsTest, more_countries_than_writers_are_all_answered) {
  std::vector<std::shared_ptr<Text>> texts;
  for (std::uint64_t i = 0; i < 40; ++i) add(i, "SE");
  for (char letter = 'A'; letter < 'A' + 20; ++letter) texts.push_back(begin({letter, 'X'}));
  texts.push_back(begin("SE"));
  io_.run_for(std::chrono::milliseconds(500));
  for (const auto& text : texts) ASSERT_TRUE(*text);
  EXPECT_TRUE(counts(**texts.back(), 40));
}

}  // namespace
}  // namespace qnet::directory
