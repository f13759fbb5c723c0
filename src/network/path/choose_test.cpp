#include "network/path/choose.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/path/testing/chi_square.hpp"
#include "network/path/testing/networks.hpp"

namespace qnet::path {
namespace {

using namespace std::chrono_literals;
using base::testing::SeededRandom;
using testing::in_country;
using testing::peer_of;
using testing::relay_of;

constexpr SteadyTime kNow{std::chrono::hours(1000)};

/// These numbers as primary guards.
GuardChoice guards_of(std::initializer_list<std::uint32_t> numbers) {
  GuardChoice choice;
  for (const auto number : numbers) {
    choice.usable.push_back({peer_of(number), 0, true});
    choice.reserved.push_back(peer_of(number));
  }
  return choice;
}

struct Setting {
  RelayTable relays;
  GuardChoice guards;
  Avoidance avoidance{};
  SeededRandom random{1};

  base::Result<Hops> operator()(const Wish& wish = {}) {
    return choose({relays, guards, avoidance, kNow}, wish, random);
  }
  /// The numbers of the relays at one hop, over many choices.
  std::set<std::uint32_t> seen(std::size_t hop, const Wish& wish = {}) {
    std::set<std::uint32_t> found;
    for (int i = 0; i < 300; ++i) {
      const auto hops = (*this)(wish).value();
      found.insert(base::load_be<std::uint32_t>(hops.peers.at(hop).key().data()));
    }
    return found;
  }
};

/// `count` relays from number 0; the first `exits` of them are exits.
std::vector<RelayFacts> network(std::uint32_t count, std::uint32_t exits) {
  std::vector<RelayFacts> relays;
  for (std::uint32_t i = 0; i < count; ++i) relays.push_back(relay_of(i, i < exits));
  return relays;
}

using Numbers = std::set<std::uint32_t>;

TEST(Choose, gives_the_guard_first_and_an_exit_last) {
  Setting choose{RelayTable(network(12, 3)), guards_of({9, 10, 11})};
  for (std::size_t count = 2; count <= 5; ++count) {
    const auto hops = choose({.hops = count}).value();
    ASSERT_EQ(hops.peers.size(), count);
    EXPECT_EQ(hops.peers.front(), peer_of(9));
    EXPECT_LT(base::load_be<std::uint32_t>(hops.peers.back().key().data()), 3U);
  }
  EXPECT_TRUE(choose({.hops = 1}).error().is(Errc::bad_wish));
  EXPECT_TRUE(choose({.hops = 6}).error().is(Errc::bad_wish));
}

TEST(Choose, tells_that_exits_are_full_when_nothing_else_is_wrong) {
  auto relays = network(12, 3);
  relays[0] = in_country(relays[0], "SE");
  Setting choose{RelayTable(std::move(relays)), guards_of({9})};
  const Wish in_sweden{.countries = {"SE"}, .full = {peer_of(0)}};
  EXPECT_TRUE(choose(in_sweden).error().is(Errc::exits_full));
  EXPECT_EQ(choose(in_sweden).error().context(), "SE");
  EXPECT_EQ(choose.seen(2, {.full = {peer_of(0)}}), (Numbers{1, 2})) << "others serve";
  EXPECT_TRUE(choose({.countries = {"DE"}, .full = {peer_of(0)}}).error().is(Errc::no_exit_in_country));
  EXPECT_TRUE(choose({.port = 25, .full = {peer_of(0)}}).error().is(Errc::no_exit_for_port));
}

TEST(Choose, tells_which_way_to_dial_the_guard) {
  Setting choose{RelayTable(network(12, 3)), guards_of({9})};
  choose.guards.usable[0].attempt = 2;
  EXPECT_EQ(choose().value().attempt, 2U);
}

TEST(Choose, takes_exits_that_serve_the_port) {
  auto relays = network(12, 3);
  relays[1].exit_ports = {993};
  Setting choose{RelayTable(relays), guards_of({9})};
  EXPECT_EQ(choose.seen(2, {.port = 993}), (Numbers{1}));
  EXPECT_EQ(choose.seen(2, {.port = 443}), (Numbers{0, 2}));
  const auto none = choose({.port = 25});
  EXPECT_TRUE(none.error().is(Errc::no_exit_for_port));
  EXPECT_EQ(none.error().message(), "no exit that may be used serves this port: port 25");
}

TEST(Choose, takes_exits_in_the_countries) {
  auto relays = network(12, 4);
  relays[1].country = "SE";
  relays[2].country = "IS";
  relays[3].country = "DE";
  Setting choose{RelayTable(relays), guards_of({9})};
  EXPECT_EQ(choose.seen(2, {.countries = {"SE", "IS"}}), (Numbers{1, 2}));
  const auto none = choose({.countries = {"NO", "FI"}});
  EXPECT_TRUE(none.error().is(Errc::no_exit_in_country));
  EXPECT_EQ(none.error().context(), "NO, FI");
  const auto no_port = choose({.port = 25, .countries = {"SE"}});
  EXPECT_TRUE(no_port.error().is(Errc::no_exit_for_port));
  EXPECT_EQ(no_port.error().context(), "port 25 in SE");
  EXPECT_TRUE(choose({.countries = std::vector<std::string>(33, "SE")}).error().is(Errc::bad_wish));
}

TEST(Choose, says_what_is_missing) {
  EXPECT_TRUE((Setting{RelayTable(network(12, 0)), guards_of({9})})().error().is(Errc::no_exit));
  EXPECT_TRUE((Setting{RelayTable(network(12, 3)), {}})().error().is(Errc::no_guard));
  EXPECT_TRUE((Setting{RelayTable(network(2, 1)), guards_of({1})})().error().is(Errc::too_few_relays));
  auto near = network(12, 1);
  near[9].addresses = near[0].addresses;
  EXPECT_TRUE((Setting{RelayTable(near), guards_of({9})})().error().is(Errc::guards_too_near));
}

TEST(Choose, takes_the_next_guard_where_the_first_is_near_the_exit) {
  auto relays = network(12, 1);
  relays[9].family = relays[0].family = Family{1};
  Setting choose{RelayTable(relays), guards_of({9, 10, 11})};
  EXPECT_EQ(choose.seen(0), (Numbers{10}));
}

TEST(Choose, takes_no_exit_that_would_leave_no_guard) {
  auto relays = network(12, 2);
  relays[9].family = relays[0].family = Family{1};
  Setting choose{RelayTable(relays), guards_of({9})};
  EXPECT_EQ(choose.seen(2), (Numbers{1}));
}

TEST(Choose, takes_no_guard_of_the_client_as_a_middle) {
  Setting choose{RelayTable(network(6, 1)), guards_of({3, 4})};
  EXPECT_EQ(choose.seen(1), (Numbers{1, 2, 5}));
}

TEST(Choose, takes_a_guard_of_the_client_as_the_exit_only_where_no_other_serves) {
  auto relays = network(12, 3);
  relays[2].country = "SE";
  Setting choose{RelayTable(relays), guards_of({2, 9})};
  EXPECT_EQ(choose.seen(2), (Numbers{0, 1}));
  EXPECT_EQ(choose.seen(2, {.countries = {"SE"}}), (Numbers{2}));
  EXPECT_EQ(choose.seen(0, {.countries = {"SE"}}), (Numbers{9}));
}

TEST(Choose, leaves_out_what_it_is_told_to) {
  Setting choose{RelayTable(network(12, 2)), guards_of({9, 10})};
  const Wish wish{.never = {peer_of(9), peer_of(0), peer_of(5)}};
  EXPECT_EQ(choose.seen(0, wish), (Numbers{10}));
  EXPECT_EQ(choose.seen(2, wish), (Numbers{1}));
  EXPECT_FALSE(choose.seen(1, wish).contains(5));
}

TEST(Choose, avoids_relays_and_pairs_that_failed_while_there_are_others) {
  Setting choose{RelayTable(network(12, 2)), guards_of({9, 10})};
  choose.avoidance.relay_failed(peer_of(0), kNow);
  choose.avoidance.pair_failed(peer_of(9), peer_of(5), kNow);
  choose.avoidance.pair_failed(peer_of(6), peer_of(1), kNow);
  EXPECT_EQ(choose.seen(2), (Numbers{1}));
  EXPECT_EQ(choose.seen(1), (Numbers{2, 3, 4, 7, 8, 11}));
  EXPECT_EQ(choose.seen(0, {.hops = 2}), (Numbers{9}));
  choose.avoidance.pair_failed(peer_of(9), peer_of(1), kNow);
  EXPECT_EQ(choose.seen(0, {.hops = 2}), (Numbers{10}));
  choose.avoidance.relay_failed(peer_of(1), kNow);
  EXPECT_EQ(choose.seen(2), (Numbers{0, 1})) << "an attempt is better than none";
}

TEST(Choose, takes_what_is_under_suspicion_before_what_has_failed_for_certain) {
  // All middles but one are gone, and that one is suspected for the end of a circuit.
  Setting choose{RelayTable(network(8, 1)), guards_of({7})};
  for (const auto gone : {1U, 2U, 3U, 4U, 5U}) choose.avoidance.pair_failed(peer_of(7), peer_of(gone), kNow);
  choose.avoidance.pair_suspected(peer_of(7), peer_of(6), kNow);
  choose.avoidance.pair_suspected(peer_of(6), peer_of(0), kNow);
  EXPECT_EQ(choose.seen(1), (Numbers{6}));
}

TEST(Choose, finds_the_only_circuit_that_there_is) {
  // Most exits and middles are of one family, or in one network with each other.
  auto relays = network(9, 4);
  for (const std::size_t i : {0U, 1U, 2U, 5U, 6U}) relays[i].family = Family{1};
  relays[7].addresses = relays[3].addresses;
  Setting choose{RelayTable(relays), guards_of({8})};
  for (int i = 0; i < 200; ++i) {
    const auto hops = choose({.hops = 4}).value();
    const std::set<std::uint32_t> middles{base::load_be<std::uint32_t>(hops.peers[1].key().data()),
                                          base::load_be<std::uint32_t>(hops.peers[2].key().data())};
    EXPECT_TRUE(middles.contains(4));
  }
  EXPECT_TRUE(choose({.hops = 5}).error().is(Errc::too_few_relays));
}

/// The chances of a draw among those that `may`.
std::vector<double> chances(std::span<const std::uint32_t> weights, auto may) {
  std::vector<double> all(weights.size());
  double whole = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (may(i)) whole += weights[i];
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (may(i)) all[i] = weights[i] / whole;
  return all;
}

TEST(Choose, draws_by_the_rule_over_a_hundred_thousand_circuits) {
  SeededRandom dice{5};
  auto relays = network(24, 8);
  for (auto& relay : relays) relay.measured = 1000 + dice.below(100'000);
  relays[20].family = relays[0].family = relays[15].family = Family{1};  // the guard's
  relays[1].family = relays[10].family = Family{2};
  Setting choose{RelayTable(relays), guards_of({20, 21, 22})};
  std::vector<std::size_t> exits(24);
  std::vector<std::vector<std::size_t>> middles(24, std::vector<std::size_t>(24));  // by exit
  for (int i = 0; i < 100'000; ++i) {
    const auto hops = choose({.port = 443}).value();
    ASSERT_TRUE(hops.peers[0] == peer_of(20) || hops.peers[2] == peer_of(0));
    const auto exit = choose.relays.find(hops.peers[2]).value();
    ++exits[exit];
    ++middles[exit][choose.relays.find(hops.peers[1]).value()];
  }
  const auto exit_chances =
      chances(choose.relays.weights(Position::exit), [](std::size_t i) { return i < 8; });
  EXPECT_LT(testing::chi_square_excess(exits, exit_chances), 1);
  for (std::size_t exit = 0; exit < 8; ++exit) {
    const std::size_t guard = exit == 0 ? 21 : 20;
    const auto of_middles = chances(choose.relays.weights(Position::inner), [&](std::size_t i) {
      return (i < 20 || i == 23) && choose.relays.may_share_circuit(i, exit) &&
             choose.relays.may_share_circuit(i, guard);
    });
    EXPECT_LT(testing::chi_square_excess(middles[exit], of_middles), 1) << exit;
  }
}

TEST(ChooseExits, are_different_and_fit_the_wish) {
  auto relays = network(12, 8);
  for (std::size_t i = 0; i < 4; ++i) relays[i].country = "SE";
  relays[3].circuit_key = false;
  relays[2].network_known = false;
  const RelayTable table(relays);
  SeededRandom random{1};
  auto found = choose_exits(table, {.port = 443, .countries = {"SE"}}, 6, random).value();
  EXPECT_EQ(found.size(), 4U) << "fast mode needs no circuit key";
  std::ranges::sort(found, {}, [](const auto& peer) { return peer.key(); });
  EXPECT_EQ(found, (std::vector{peer_of(0), peer_of(1), peer_of(2), peer_of(3)}));
  EXPECT_EQ(choose_exits(table, {}, 6, random).value().size(), 6U);
  EXPECT_TRUE(choose_exits(table, {.countries = {"NO"}}, 6, random).error().is(Errc::no_exit_in_country));
  EXPECT_TRUE(choose_exits(table, {.port = 25}, 6, random).error().is(Errc::no_exit_for_port));
  EXPECT_TRUE(choose_exits(RelayTable({}), {}, 6, random).error().is(Errc::no_exit));
}

TEST(ChooseExits, are_drawn_by_weight) {
  auto relays = network(10, 10);
  for (std::uint32_t i = 0; i < 10; ++i) relays[i].measured = 1000 * (1 + i);
  const RelayTable table(relays);
  SeededRandom random{1};
  std::vector<std::size_t> counts(10);
  for (int i = 0; i < 100'000; ++i)
    ++counts[table.find(choose_exits(table, {}, 1, random).value()[0]).value()];
  const auto rule = chances(table.weights(Position::fast_exit), [](std::size_t) { return true; });
  EXPECT_LT(testing::chi_square_excess(counts, rule), 1);
}

TEST(Choose, takes_no_exit_that_has_declined_and_still_uses_it_as_a_guard) {
  Setting setting{RelayTable(network(8, 4)), guards_of({0})};
  Wish wish;
  wish.not_exits = {peer_of(0), peer_of(1)};
  EXPECT_EQ(setting.seen(0, wish), Numbers{0});
  EXPECT_EQ(setting.seen(2, wish), (Numbers{2, 3}));
}

}  // namespace
}  // namespace qnet::path
