// A roster for tests, with relays that register and are checked.
#pragma once

#include <gtest/gtest.h>

#include "network/directory/roster.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory::testing {

struct Relay {
  explicit Relay(std::uint64_t seed, const std::string& host = "198.51.99.7")
      : keys(identity(seed)), descriptor(SignedDescriptor::sign(descriptor_of(keys, host), keys)) {}
  [[nodiscard]] const PeerKey& key() const { return keys.signing.public_key; }
  peer::Identity keys;
  SignedDescriptor descriptor;
};

/// A public host for each number.
[[nodiscard]] inline std::string host_of(std::uint64_t number) {
  return "198.51." + std::to_string(number / 200) + "." + std::to_string(1 + number % 200);
}

/// The keys of list_relay()'s relays.
[[nodiscard]] inline peer::Identity listed_identity(std::uint64_t number) { return identity(300 + number); }

/// Puts a relay of that number on the list, as a store gives it back.
inline void list_relay(Roster& roster, std::uint64_t number, Country country = {}) {
  const auto keys = listed_identity(number);
  const auto descriptor = SignedDescriptor::sign(descriptor_of(keys, host_of(number)), keys);
  const base::Bytes wire(descriptor.wire().begin(), descriptor.wire().end());
  ASSERT_TRUE(roster.restore({keys.signing.public_key, wire, 1, kNow, kNow, true, std::move(country), false},
                             kStart));
}

/// A later descriptor of the same endpoint.
[[nodiscard]] inline SignedDescriptor signed_again(const Relay& relay) {
  auto descriptor = relay.descriptor.descriptor();
  descriptor.issued += std::chrono::minutes(1);
  return SignedDescriptor::sign(descriptor, relay.keys);
}

class RosterTest : public ::testing::Test {
 protected:
  void register_and_check(const Relay& relay, Country country = {}) {
    ASSERT_TRUE(roster_.take(registration_of(relay.descriptor, 1), kNow, kStart));
    answer(relay, true, std::move(country));
  }
  /// The result of a check of its endpoint now, at the first address that it names.
  std::optional<Record> answer(const Relay& relay, bool answered, Country country = {},
                               SteadyTime now = kStart) {
    (void)roster_.due_for_check(now, 100);
    const auto* const entry = roster_.find(relay.key());
    if (entry == nullptr) return std::nullopt;
    CheckResult result{answered, ip::ClientPrefix::unknown, std::move(country)};
    const auto at = ip::IpAddress::parse(entry->host());
    if (answered && at) result.at = ip::client_prefix(*at);
    return roster_.checked({relay.key(), entry->endpoint_id}, result, now);
  }
  void expect_refused(const Registration& registration, Errc code, WallTime wall = kNow,
                      SteadyTime now = kStart + std::chrono::seconds(10)) {
    const auto taken = roster_.take(registration, wall, now);
    ASSERT_FALSE(taken);
    EXPECT_TRUE(taken.error().is(code)) << taken.error().message();
  }
  /// Whether a heartbeat would be answered; not how.
  [[nodiscard]] bool knows(const Relay& relay) const { return roster_.find(relay.key()) != nullptr; }

  Roster roster_;
  Relay relay_{1};
};

}  // namespace qnet::directory::testing
