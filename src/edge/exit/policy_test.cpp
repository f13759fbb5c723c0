#include "edge/exit/policy.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace qnet::exit {
namespace {

ip::IpAddress ip(const char* text) { return ip::IpAddress::parse(text).value(); }

Policy policy_with(std::initializer_list<const char*> entries) {
  PolicyOptions options;
  for (const auto* entry : entries) options.allow.push_back(parse_allow_entry(entry).value());
  return Policy(std::move(options));
}

TEST(Policy, serves_ports_80_and_443_unless_told_more) {
  const Policy usual({});
  EXPECT_EQ(usual.check_host("example.com", 8443), HostVerdict(Refusal::port));
  EXPECT_EQ(usual.check_address(ip("8.8.8.8"), 8443), Refusal::port);
  const Policy more({.ports = {80, 443, 8443}});
  EXPECT_EQ(more.check_host("example.com", 8443), HostVerdict(LookUp{"example.com"}));
  EXPECT_EQ(more.check_address(ip("8.8.8.8"), 8443), std::nullopt);
}

TEST(Policy, port_0_is_never_served) {
  const Policy policy({.ports = {0, 443}});
  EXPECT_EQ(policy.check_host("8.8.8.8", 0), HostVerdict(Refusal::port));
}

TEST(Policy, refuses_its_own_addresses_on_every_port_however_they_are_found) {
  const Policy policy({.ports = {80, 443}, .own_addresses = {ip("93.184.216.34"), ip("2a00:1450::1")}});
  for (const auto* own : {"93.184.216.34", "2a00:1450::1", "2A00:1450:0:0:0:0:0:1"}) {
    EXPECT_EQ(policy.check_host(own, 443), HostVerdict(Refusal::own_address));
    EXPECT_EQ(policy.check_host(own, 22), HostVerdict(Refusal::own_address));
    EXPECT_EQ(policy.check_resolved(ip(own), 443), Refusal::own_address);
  }
  EXPECT_EQ(policy.check_resolved(ip("93.184.216.35"), 443), std::nullopt);
}

TEST(Policy, refuses_the_networks_that_the_operator_lists) {
  const Policy policy({.ports = {443},
                       .refused_networks = {ip::Prefix::parse("93.184.216.0/24").value(),
                                            ip::Prefix::parse("2a00:64::/96").value()}});
  EXPECT_EQ(policy.check_resolved(ip("93.184.216.34"), 443), Refusal::operator_refused);
  EXPECT_EQ(policy.check_resolved(ip("2a00:64::7f00:1"), 443), Refusal::operator_refused);
  EXPECT_EQ(policy.check_resolved(ip("93.184.217.34"), 443), std::nullopt);
}

TEST(Policy, an_entry_opens_its_address_on_its_port_and_nothing_beside) {
  const auto policy = policy_with({"127.0.0.1:8090"});
  EXPECT_EQ(policy.check_host("127.0.0.1", 8090), HostVerdict(Literal{ip("127.0.0.1"), 8090}));
  EXPECT_EQ(policy.check_resolved(ip("127.0.0.1"), 8090), std::nullopt);
  EXPECT_EQ(policy.check_host("127.0.0.1", 80), HostVerdict(Refusal::loopback));
  EXPECT_EQ(policy.check_host("127.0.0.2", 8090), HostVerdict(Refusal::loopback));
  EXPECT_EQ(policy.check_host("8.8.8.8", 8090), HostVerdict(Refusal::port));
  EXPECT_EQ(policy.check_host("localhost", 8090), HostVerdict(Refusal::local_name));
  EXPECT_EQ(policy.check_host("0x7f.0.0.1", 8090), HostVerdict(Refusal::odd_address));
  EXPECT_EQ(policy.check_host("::ffff:7f00:1", 8090), HostVerdict(Refusal::embedded_ipv4));
  EXPECT_EQ(policy.check_host("evil.example.com", 8090), HostVerdict(Refusal::port));
}

TEST(Policy, an_entry_with_a_target_needs_no_dns) {
  const auto policy = policy_with({"site.qnet.demo:8090=127.0.0.1:9000"});
  EXPECT_EQ(policy.check_host("SITE.qnet.demo.", 8090), HostVerdict(Literal{ip("127.0.0.1"), 9000}));
  EXPECT_EQ(policy.check_host("www.site.qnet.demo", 8090), HostVerdict(Refusal::port));
  EXPECT_EQ(policy.check_host("127.0.0.1", 9000), HostVerdict(Refusal::loopback));
  EXPECT_EQ(policy.check_resolved(ip("127.0.0.1"), 9000), Refusal::loopback);
}

TEST(Policy, an_entry_for_a_name_without_a_target_leaves_its_addresses_to_the_rule) {
  const auto policy = policy_with({"wiki.corp:8443"});
  EXPECT_EQ(policy.check_host("wiki.corp", 8443), HostVerdict(LookUp{"wiki.corp"}));
  EXPECT_EQ(policy.check_host("wiki.corp", 443), HostVerdict(Refusal::local_name));
  EXPECT_EQ(policy.check_resolved(ip("10.0.0.1"), 8443), Refusal::private_network);
}

TEST(Refusal, has_a_text_and_a_label_of_its_own_for_each_reason) {
  std::set<std::string_view> texts;
  for (std::size_t i = 0; i < kRefusals; ++i) {
    texts.insert(describe(static_cast<Refusal>(i)));
    texts.insert(label(static_cast<Refusal>(i)));
  }
  EXPECT_EQ(texts.size(), 2 * kRefusals);
}

}  // namespace
}  // namespace qnet::exit
