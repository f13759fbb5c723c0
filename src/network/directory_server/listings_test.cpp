#include "network/directory_server/listings.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/testing/roster_fixture.hpp"

namespace qnet::directory {
namespace {

using net::testing::comes_true;

constexpr auto kMany = ListingLimits::step + 1;

class ListingsTest : public ::testing::Test {
 protected:
  using Text = std::shared_ptr<const std::string>;

  void add(std::uint64_t number, const char* country) {
    testing::list_relay(*roster_, number, {country, CountrySource::database});
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
    EXPECT_TRUE(comes_true(io_, [&] { return *text != nullptr; }));
    return *text ? **text : "";
  }
  /// More than are written before others have a turn.
  void fill(std::size_t country) {
    for (std::uint64_t i = 0; i < kMany; ++i) add(100 * country + i, name_of(country).c_str());
  }
  static std::string name_of(std::size_t country) { return {static_cast<char>('A' + country), 'X'}; }
  static bool counts(const std::string& text, std::size_t count) {
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

TEST_F(ListingsTest, who_asks_while_the_first_is_written_gets_the_same_one) {
  fill(0);
  const auto one = begin(name_of(0));
  io_.run_one();
  EXPECT_FALSE(*one) << "it is being written";
  const auto other = begin(name_of(0));
  ASSERT_TRUE(comes_true(io_, [&] { return *one && *other; }));
  EXPECT_EQ(*one, *other);
  EXPECT_TRUE(counts(**one, kMany));
}

TEST_F(ListingsTest, an_old_one_is_the_answer_while_the_next_is_made) {
  fill(0);
  EXPECT_TRUE(counts(ask(name_of(0)), kMany));
  add(90, "AX");
  EXPECT_TRUE(counts(ask(name_of(0)), kMany)) << "less than a second old";
  std::this_thread::sleep_for(ListingLimits::fresh);
  EXPECT_TRUE(counts(ask(name_of(0)), kMany)) << "at once";
  EXPECT_TRUE(comes_true(io_, [&] { return counts(ask(name_of(0)), kMany + 1); }));
}

TEST_F(ListingsTest, a_very_old_one_is_no_answer) {
  fill(0);
  EXPECT_TRUE(counts(ask(name_of(0)), kMany));
  add(90, "AX");
  std::this_thread::sleep_for(ListingLimits::kept);
  EXPECT_TRUE(counts(ask(name_of(0)), kMany + 1));
}

TEST_F(ListingsTest, one_that_nobody_asks_for_is_forgotten) {
  fill(0);
  const auto text = begin(name_of(0));
  ASSERT_TRUE(comes_true(io_, [&] { return *text != nullptr; }));
  const std::weak_ptr<const std::string> forgotten = *text;
  text->reset();
  EXPECT_FALSE(forgotten.expired());
  EXPECT_TRUE(comes_true(io_, [&] { return forgotten.expired(); }));
}

TEST_F(ListingsTest, more_countries_than_writers_are_all_answered) {
  std::vector<std::shared_ptr<Text>> texts;
  for (std::size_t country = 0; country < 3 * ListingLimits::writers; ++country) {
    fill(country);
    texts.push_back(begin(name_of(country)));
  }
  const auto all = [&] {
    return std::ranges::all_of(texts, [](const auto& text) { return *text != nullptr; });
  };
  ASSERT_TRUE(comes_true(io_, all));
  for (const auto& text : texts) EXPECT_TRUE(counts(**text, kMany));
}

}  // namespace
}  // namespace qnet::directory
