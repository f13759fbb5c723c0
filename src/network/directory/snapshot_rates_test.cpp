// What directories add to descriptors in a list: rates and addresses.
#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/cbor/encode.hpp"
#include "network/directory/agreement.hpp"
#include "network/directory/packing.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::identity;
using testing::kNow;

Entry entry(const std::string& host) {
  const auto keys = identity(7);
  Entry made{.descriptor = SignedDescriptor::sign(testing::descriptor_of(keys, host), keys)};
  made.checked = true;
  return made;
}

base::Result<std::vector<Listed>> read_back(const Entry& one) { return decode_list(encode_list({&one})); }

/// A list of one relay, whose item is this array.
base::Bytes list_with(const cbor::Array& item) {
  const auto encoded = cbor::encode(item);
  base::Bytes list(2);
  base::store_be(list.data(), static_cast<std::uint16_t>(encoded.size()));
  base::append(list, encoded);
  return list;
}

cbor::Array old_item(const Entry& one) { return {one.descriptor.wire(), "SE", std::uint64_t{1}}; }

TEST(ListWithRates, comes_back_with_the_rate_and_the_address_behind_a_name) {
  auto relay = entry("relay.example.org");
  relay.measured = 12'345'678;
  relay.address = ip::IpAddress::parse("198.51.99.8");
  const auto list = read_back(relay);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->front().measured, 12'345'678U);
  EXPECT_EQ(list->front().address, relay.address);
  EXPECT_EQ(list->front().relay_address().host, "198.51.99.8");
  relay.address.reset();
  EXPECT_EQ(read_back(relay)->front().relay_address().host, "relay.example.org");
}

TEST(ListWithRates, is_no_larger_than_the_roster_reckons) {
  auto relay = entry("relay.example.org");
  relay.measured = 0xffff'ffff;
  relay.country = {"SE", CountrySource::database};
  relay.address = ip::IpAddress::parse("2001:db8::1");
  EXPECT_LE(encode_list({&relay}).size(), listed_size(relay));
}

TEST(ListWithRates, has_one_form_for_one_content) {
  auto relay = entry("198.51.99.7");
  relay.address = ip::IpAddress::parse("198.51.99.7");
  EXPECT_FALSE(read_back(relay)) << "a number needs no address beside it";
  const auto odd = [](const Entry& one) {
    auto item = old_item(one);
    item.emplace_back(std::uint64_t{1});
    item.emplace_back(base::Bytes(5));
    return list_with(item);
  }(entry("relay.example.org"));
  EXPECT_FALSE(decode_list(odd)) << "no address has five bytes";
}

TEST(ListWithRates, is_told_from_one_without_by_its_header) {
  const auto keys = identity(1);
  const auto list = list_with(old_item(entry("198.51.99.7")));
  SnapshotHeader header{keys.peer_id(), 1, kNow, kNow + SnapshotLimits::life, crypto::sha256(list), 1};
  EXPECT_FALSE(open_list(header, pack(list)));
  header.form = ListForm::without_rates;
  const auto parsed = SnapshotHeader::parse(header.sign(keys));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, header);
  const auto opened = open_list(*parsed, pack(list));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->front().measured, 0U);
  header.form = static_cast<ListForm>(3);
  EXPECT_FALSE(SnapshotHeader::parse(header.sign(keys)));
}

class AgreedRates : public ::testing::Test {
 protected:
  static constexpr Rate kHighest = std::numeric_limits<Rate>::max();

  /// What each operator lists of one relay: a rate, and where its name led.
  Listed agreed(const std::vector<std::pair<Rate, const char*>>& told, std::size_t operators = 3) {
    std::vector<std::vector<Listed>> lists;
    for (const auto& [rate, address] : told) {
      auto one = relay_;
      one.measured = rate;
      one.address = ip::IpAddress::parse(address);
      lists.push_back({one});
    }
    std::vector<const std::vector<Listed>*> pointers;
    for (const auto& list : lists) pointers.push_back(&list);
    return agree(pointers, operators, kNow).value().front();
  }
  Listed relay_{.descriptor = entry("relay.example.org").descriptor, .country = {}};
};

TEST_F(AgreedRates, are_the_highest_that_most_operators_say_or_exceed) {
  EXPECT_EQ(agreed({{100, ""}, {300, ""}, {200, ""}}).measured, 200U);
  EXPECT_EQ(agreed({{100, ""}, {300, ""}}).measured, 100U);
  EXPECT_EQ(agreed({{100, ""}, {300, ""}, {200, ""}, {400, ""}}, 4).measured, 200U);
  EXPECT_EQ(agreed({{0, ""}, {0, ""}, {0, ""}}).measured, 0U);
  EXPECT_EQ(agreed({{300, ""}}, 1).measured, 300U);
}

TEST_F(AgreedRates, are_none_while_fewer_than_most_operators_have_measured) {
  EXPECT_EQ(agreed({{0, ""}, {kHighest, ""}, {0, ""}}).measured, 0U) << "one says the maximum, two nothing";
  EXPECT_EQ(agreed({{0, ""}, {kHighest, ""}}).measured, 0U) << "and the third is dead";
  EXPECT_EQ(agreed({{100, ""}, {kHighest, ""}, {0, ""}}).measured, 100U) << "one of them is honest";
  EXPECT_EQ(agreed({{kGaveNothing, ""}, {kHighest, ""}, {0, ""}}).measured, kGaveNothing);
  EXPECT_EQ(agreed({{100, ""}, {kHighest, ""}, {kHighest, ""}, {0, ""}, {0, ""}}, 5).measured, 100U)
      << "two liars are more than the honest who have measured, and still no majority";
}

TEST_F(AgreedRates, are_never_raised_by_a_minority_of_liars) {
  base::testing::SeededRandom random(18);
  for (int round = 0; round < 2'000; ++round) {
    const auto operators = 1 + random.below(9);
    const auto needed = static_cast<std::uint32_t>(majority_of(operators));
    const auto liars = random.below(needed);
    std::vector<std::pair<Rate, const char*>> told;
    std::vector<Rate> honest;
    for (std::uint32_t n = 0; n < operators; ++n) {
      if (n < liars) {
        told.emplace_back(random.below(2) == 0 ? kHighest : random.below(1'000'000), "");
        continue;
      }
      // Some have no measure, and some are dead: they list nothing.
      if (random.below(5) == 0) continue;
      honest.push_back(random.below(3) == 0 ? 0 : 1 + random.below(1'000));
      told.emplace_back(honest.back(), "");
    }
    if (told.size() < needed) continue;
    const auto found = agreed(told, operators).measured;
    EXPECT_LE(found, honest.empty() ? 0 : std::ranges::max(honest)) << operators << " " << liars;
    const auto measured = honest.size() - static_cast<std::size_t>(std::ranges::count(honest, 0U));
    if (measured >= needed) {
      std::erase(honest, 0U);
      EXPECT_GE(found, std::ranges::min(honest))
          << "nor is it lowered where most are honest and have measured";
    }
  }
}

TEST_F(AgreedRates, stay_between_honest_ones_when_one_operator_of_three_lies) {
  for (const Rate lie : {Rate{0}, Rate{1}, Rate{4'000'000'000}}) {
    const auto found = agreed({{100, ""}, {lie, ""}, {120, ""}}).measured;
    EXPECT_GE(found, 100U) << lie;
    EXPECT_LE(found, 120U) << lie;
  }
}

TEST_F(AgreedRates, do_not_hang_on_the_rest_of_what_lists_say) {
  auto older = relay_.descriptor.descriptor();
  older.issued -= std::chrono::seconds(60);
  Listed other{.descriptor = SignedDescriptor::sign(older, identity(7)), .country = {}};
  other.measured = 500;
  auto same = relay_;
  same.measured = 400;
  const std::vector<Listed> one{other};
  const std::vector<Listed> another{same};
  const std::vector<const std::vector<Listed>*> lists{&one, &another};
  EXPECT_EQ(agree(lists, 2, kNow).value().front().measured, 400U);
}

TEST_F(AgreedRates, come_with_an_address_that_most_operators_found) {
  const auto here = ip::IpAddress::parse("198.51.99.8");
  EXPECT_EQ(agreed({{1, "198.51.99.8"}, {1, "203.0.113.9"}, {1, "198.51.99.8"}}).address, here);
  EXPECT_FALSE(agreed({{1, "198.51.99.8"}, {1, "203.0.113.9"}, {1, ""}}).address);
  EXPECT_FALSE(agreed({{1, ""}, {1, ""}, {1, "203.0.113.9"}}).address);
}

}  // namespace
}  // namespace qnet::directory
