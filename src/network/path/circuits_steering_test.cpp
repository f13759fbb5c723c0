// An exit that alone serves a rare port, a page that asks for it, and what the exit gains by it.
#include "network/path/testing/relay_network.hpp"

namespace qnet::path {
namespace {

using testing::RelayNetwork;

/// Three exits are the attacker's, and two of them serve a port that nobody else does.
class SteeringTest : public RelayNetwork {
 protected:
  static constexpr std::size_t kFirst = 2;
  static constexpr std::size_t kSecond = 3;
  static constexpr std::size_t kThird = 4;

  SteeringTest() {
    for (const auto number : {kFirst, kSecond}) {
      auto& relay = *relays_.at(number);
      auto descriptor = relay.listed.descriptor.descriptor();
      descriptor.exit_ports = {80, 443, rare_port(number)};
      relay.listed.descriptor = directory::SignedDescriptor::sign(descriptor, relay.identity);
    }
    list_ = list_at(kNow);
    make_client();
  }
  [[nodiscard]] static std::uint16_t rare_port(std::size_t exit) {
    return static_cast<std::uint16_t>(50'000 + exit);
  }
  Circuits::Lease page(std::size_t exit = kFirst) {
    auto got = lease({.port = rare_port(exit), .isolation = "page"});
    EXPECT_EQ(number_of(got.exit), exit);
    EXPECT_TRUE(echoes(got, 10));
    circuits_->worked(got);
    return got;
  }
  /// The exit ends its session with the middle, and all circuits in it.
  void cut(const Circuits::Lease& got) {
    const auto stream = got.session->open("/test/echo/1", {});
    const auto middle = hops_of(got).at(1);
    for (const auto& far : std::exchange(relays_.at(middle)->links, {})) far.second->close();
    run_until([&] { return !got.session->alive(); });
  }
};

TEST_F(SteeringTest, what_is_built_for_a_rare_port_serves_nobody_else) {
  const auto got = page();
  circuits_->start(3);
  for (const auto* isolation : {"page", "another", "a third"}) {
    leases_.push_back(lease({.isolation = isolation}));
    EXPECT_NE(leases_.back().session, got.session);
  }
  EXPECT_EQ(lease({.port = rare_port(kFirst), .isolation = "page"}).session, got.session);
}

TEST_F(SteeringTest, an_exit_that_was_chosen_by_its_port_cannot_make_the_guard_suspect) {
  for (int n = 0; n < 5; ++n) cut(page());
  EXPECT_EQ(circuits_->guards().front().record.builds, BuildCount{});
}

/// A relay that has failed with three neighbours would be no exit either, while the third one of the attacker
/// would be left.
TEST_F(SteeringTest, exits_that_were_chosen_by_their_port_cannot_make_others_be_avoided) {
  for (int n = 0; n < 40; ++n) {
    const auto got = page(n % 2 == 0 ? kFirst : kSecond);
    if (hops_of(got).at(1) == kThird)
      circuits_->renew();
    else
      cut(got);
  }
  std::set<std::size_t> exits;
  const auto honest = [&](std::size_t number) {
    const auto all = guards();
    return exits.contains(number) || std::ranges::find(all, number) != all.end();
  };
  for (int n = 0; n < 200 && !(honest(0) && honest(1)); ++n) {
    exits.insert(number_of(lease({.isolation = std::to_string(n)}).exit));
    circuits_->renew();
  }
  EXPECT_TRUE(honest(0) && honest(1));
}

}  // namespace
}  // namespace qnet::path
