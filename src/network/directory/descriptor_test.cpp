#include "network/directory/descriptor.hpp"

#include <gtest/gtest.h>

#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::descriptor_of;
using testing::identity;
using testing::kNow;

base::Result<SignedDescriptor> signed_and_parsed(const Descriptor& descriptor, const peer::Identity& by) {
  return SignedDescriptor::parse(SignedDescriptor::sign(descriptor, by).wire());
}

TEST(Descriptor, comes_back_as_it_was_signed) {
  const auto relay = identity(1);
  auto descriptor = descriptor_of(relay);
  descriptor.addresses.push_back({"relay.example.org", 8443});
  descriptor.addresses.push_back({"2001:db8::1", 443});
  descriptor.cover = link::Cover::site_h2;
  descriptor.ech_configs = {1, 2, 3};
  const auto parsed = signed_and_parsed(descriptor, relay);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->descriptor(), descriptor);
}

TEST(Descriptor, is_refused_when_another_key_signed_it) {
  const auto parsed = signed_and_parsed(descriptor_of(identity(1)), identity(2));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(Errc::wrong_signature));
}

TEST(Descriptor, is_refused_when_any_byte_differs) {
  const auto relay = identity(1);
  const auto document = SignedDescriptor::sign(descriptor_of(relay), relay);
  const auto wire = document.wire();
  for (std::size_t i = 0; i < wire.size(); ++i) {
    base::Bytes changed(wire.begin(), wire.end());
    changed[i] ^= 1U;
    EXPECT_FALSE(SignedDescriptor::parse(changed)) << "byte " << i;
  }
}

TEST(Descriptor, is_refused_when_cut_or_lengthened) {
  const auto relay = identity(1);
  const auto document = SignedDescriptor::sign(descriptor_of(relay), relay);
  const auto wire = document.wire();
  for (std::size_t size = 0; size < wire.size(); ++size)
    EXPECT_FALSE(SignedDescriptor::parse(wire.first(size)));
  base::Bytes longer(wire.begin(), wire.end());
  longer.push_back(0);
  EXPECT_FALSE(SignedDescriptor::parse(longer));
}

TEST(Descriptor, is_refused_when_a_field_is_out_of_bounds) {
  const auto relay = identity(1);
  const auto refuses = [&](const char* what, auto change) {
    auto descriptor = descriptor_of(relay);
    change(descriptor);
    const auto parsed = signed_and_parsed(descriptor, relay);
    ASSERT_FALSE(parsed) << what;
    EXPECT_TRUE(parsed.error().is(Errc::malformed) || parsed.error().is(Errc::too_large)) << what;
  };
  refuses("no address", [](Descriptor& d) { d.addresses.clear(); });
  refuses("five addresses", [](Descriptor& d) { d.addresses.assign(5, d.addresses[0]); });
  refuses("port 0", [](Descriptor& d) { d.addresses[0].port = 0; });
  refuses("a host with a blank", [](Descriptor& d) { d.addresses[0].host = "a b"; });
  refuses("no cover name", [](Descriptor& d) { d.cover_name.clear(); });
  refuses("an address as cover name", [](Descriptor& d) { d.cover_name = "192.0.2.1"; });
  refuses("SQL as cover name", [](Descriptor& d) { d.cover_name = "x'; DROP TABLE relays; --"; });
  refuses("an unknown cover", [](Descriptor& d) { d.cover = static_cast<link::Cover>(9); });
  refuses("an ECH list with cover mirror", [](Descriptor& d) { d.ech_configs = {1}; });
  refuses("an unknown capability", [](Descriptor& d) { d.capabilities = 8; });
  refuses("a country in small letters", [](Descriptor& d) { d.country = "se"; });
  refuses("a long country", [](Descriptor& d) { d.country = "SWE"; });
  refuses("ports out of order", [](Descriptor& d) { d.exit_ports = {443, 80}; });
  refuses("a port twice", [](Descriptor& d) { d.exit_ports = {80, 80}; });
  refuses("seventeen ports", [](Descriptor& d) {
    d.exit_ports.clear();
    for (std::uint16_t port = 1; port <= 17; ++port) d.exit_ports.push_back(port);
  });
  refuses("ports without an exit", [](Descriptor& d) { d.capabilities = 1; });
  refuses("a control character", [](Descriptor& d) { d.software = "qnet\n"; });
  refuses("a long software name", [](Descriptor& d) { d.software.assign(33, 'x'); });
  refuses("an end before its beginning", [](Descriptor& d) { d.expires = d.issued; });
  refuses("a life of more than a week",
          [](Descriptor& d) { d.expires = d.issued + DescriptorLimits::life + std::chrono::seconds(1); });
}

TEST(Descriptor, is_refused_when_a_host_has_another_spelling) {
  const auto relay = identity(1);
  for (const auto* const host : {"Relay.example.org", "relay.example.org.", "2001:DB8::1", "2001:db8:0:0::1",
                                 "::ffff:198.51.99.7", "1.0x7f", "198.51.099.7"}) {
    const auto parsed = signed_and_parsed(descriptor_of(relay, host), relay);
    ASSERT_FALSE(parsed) << host;
    EXPECT_TRUE(parsed.error().is(Errc::malformed)) << host;
  }
}

TEST(Descriptor, a_host_has_one_spelling) {
  EXPECT_EQ(canonical_host("Relay.Example.org."), "relay.example.org");
  EXPECT_EQ(canonical_host("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(canonical_host("198.51.99.7"), "198.51.99.7");
  EXPECT_EQ(canonical_host("a b"), "");
}

TEST(Descriptor, unverified_is_told_from_forged) {
  const auto relay = identity(1);
  const auto good =
      SignedDescriptor::parse_unverified(SignedDescriptor::sign(descriptor_of(relay), relay).wire());
  const auto forged =
      SignedDescriptor::parse_unverified(SignedDescriptor::sign(descriptor_of(relay), identity(2)).wire());
  ASSERT_TRUE(good && forged);
  EXPECT_TRUE(good->verify());
  EXPECT_FALSE(forged->verify());
}

TEST(Descriptor, says_the_same_whenever_it_was_signed) {
  const auto relay = identity(1);
  const auto one = descriptor_of(relay);
  auto later = one;
  later.issued += std::chrono::hours(1);
  later.expires += std::chrono::hours(1);
  EXPECT_TRUE(says_the_same(one, later));
  later.bandwidth += 1;
  EXPECT_FALSE(says_the_same(one, later));
}

TEST(Descriptor, capabilities_have_names) {
  EXPECT_EQ(capability_names(7), (std::vector<std::string>{"relay", "exit", "directory"}));
  EXPECT_TRUE(capability_names(0).empty());
}

}  // namespace
}  // namespace qnet::directory
