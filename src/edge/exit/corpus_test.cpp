// The corpus of tests/vectors/exit: each spelling as a destination asked for, and each address as a DNS
// answer.
#include <arpa/inet.h>

#include <set>
#include <string>

#include <gmock/gmock.h>

#include "edge/exit/policy.hpp"
#include "edge/exit/testing/corpus.hpp"

namespace qnet::exit {
namespace {

using testing::allowed;
using testing::forbidden;

std::string outcome(const HostVerdict& verdict) {
  if (const auto* refusal = std::get_if<Refusal>(&verdict)) return std::string(label(*refusal));
  return std::holds_alternative<Literal>(verdict) ? "allowed as an address" : "allowed as a name";
}

TEST(ExitCorpus, is_as_large_as_was_promised) {
  std::set<std::pair<std::string, std::uint16_t>> forbidden_ones;
  std::set<std::string> forbidden_hosts;
  for (const auto& row : forbidden()) {
    forbidden_ones.insert({row.host, row.port});
    if (row.label != "port") forbidden_hosts.insert(row.host);
  }
  EXPECT_EQ(forbidden_ones.size(), forbidden().size()) << "a spelling stands twice";
  EXPECT_GE(forbidden_hosts.size(), 700U);
  std::set<std::pair<std::string, std::uint16_t>> allowed_ones;
  for (const auto& row : allowed()) allowed_ones.insert({row.host, row.port});
  EXPECT_EQ(allowed_ones.size(), allowed().size()) << "a spelling stands twice";
  EXPECT_GE(allowed_ones.size(), 150U);
}

TEST(ExitCorpus, refuses_each_forbidden_spelling_for_its_reason) {
  const Policy policy({});
  for (const auto& row : forbidden())
    EXPECT_EQ(outcome(policy.check_host(row.host, row.port)), row.label)
        << ::testing::PrintToString(row.host);
}

TEST(ExitCorpus, has_each_reason_that_does_not_depend_on_the_operator) {
  std::set<std::string> labels;
  for (const auto& row : forbidden()) labels.insert(row.label);
  EXPECT_EQ(labels.size(), kRefusals - 2);  // all but own_address and operator_refused
}

TEST(ExitCorpus, refuses_the_forbidden_addresses_when_the_dns_gives_them) {
  const Policy policy({});
  std::size_t checked = 0;
  for (const auto& row : forbidden()) {
    if (row.address == "-") continue;
    const auto address = ip::IpAddress::parse(row.address);
    ASSERT_TRUE(address) << row.address;
    for (const auto port : {std::uint16_t{80}, std::uint16_t{443}})
      EXPECT_TRUE(policy.check_resolved(*address, port)) << row.address;
    ++checked;
  }
  EXPECT_GE(checked, 400U);
}

TEST(ExitCorpus, refuses_each_spelling_that_inet_aton_takes_for_another_than_its_canonical_one) {
  const Policy policy({});
  std::size_t odd = 0;
  for (const auto& row : forbidden()) {
    in_addr meant{};
    if (row.label == "port" || ::inet_aton(row.host.c_str(), &meant) == 0) continue;
    EXPECT_TRUE(std::holds_alternative<Refusal>(policy.check_host(row.host, 443)));
    if (row.label == "odd_address") ++odd;
  }
  EXPECT_GE(odd, 90U);
}

TEST(ExitCorpus, allows_each_allowed_destination_as_what_it_is) {
  const Policy policy({});
  for (const auto& row : allowed())
    EXPECT_EQ(outcome(policy.check_host(row.host, row.port)),
              row.is_address ? "allowed as an address" : "allowed as a name")
        << row.host;
}

TEST(ExitCorpus, allows_the_allowed_addresses_when_the_dns_gives_them) {
  const Policy policy({});
  for (const auto& row : allowed()) {
    if (!row.is_address) continue;
    const auto address = ip::IpAddress::parse(row.host);
    ASSERT_TRUE(address) << row.host;
    EXPECT_FALSE(policy.check_resolved(*address, row.port)) << row.host;
  }
}

TEST(ExitCorpus, refuses_the_ipv6_forms_of_every_address_even_a_public_one) {
  const Policy policy({});
  for (const auto& row : allowed()) {
    const auto v4 = ip::IpAddress::parse(row.host);
    if (!v4 || !v4->is_v4()) continue;
    for (const auto* prefix : {"::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"}) {
      const auto dotted = prefix + row.host;
      in6_addr raw{};
      ASSERT_EQ(::inet_pton(AF_INET6, dotted.c_str(), &raw), 1);
      EXPECT_EQ(outcome(policy.check_host(dotted, 443)), "odd_address") << dotted;
      EXPECT_EQ(policy.check_resolved(*ip::IpAddress::from_bytes(raw.s6_addr), 443), Refusal::embedded_ipv4)
          << dotted;
    }
  }
}

}  // namespace
}  // namespace qnet::exit
