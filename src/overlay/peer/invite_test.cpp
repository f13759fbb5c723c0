#include "overlay/peer/invite.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/cbor/encode.hpp"
#include "foundation/crypto/hash.hpp"

namespace qnet::peer {
namespace {

Identity identity_of(std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  return Identity::generate(random);
}

Invite sample() { return Invite::make(identity_of(1), {"relay.example.com", 443}, "www.example.com"); }

/// The link of a body, with the right checksum: what a maker with a fault, or a forger, would hand out.
std::string link_of(const cbor::Value& value) {
  auto body = cbor::encode(value);
  const auto digest = crypto::sha256(body);
  base::append(body, base::ByteView(digest).first(4));
  return "qnet://" + base::to_base64url(body);
}

cbor::Array fields_of(const Invite& invite) {
  return {std::uint64_t{1},
          base::ByteView(invite.peer.key()),
          base::ByteView(invite.noise_key),
          base::ByteView(invite.voucher),
          invite.cover_name,
          invite.address.host,
          std::uint64_t{invite.address.port}};
}

std::string link_with(std::size_t field, cbor::Value value) {
  auto fields = fields_of(sample());
  fields[field] = std::move(value);
  return link_of(fields);
}

void expect_error(std::string_view link, Errc code) {
  const auto parsed = Invite::parse(link);
  ASSERT_FALSE(parsed) << link;
  EXPECT_TRUE(parsed.error().is(code)) << link << ": " << parsed.error().message();
}

TEST(Invite, comes_back_as_it_was) {
  for (const auto& address :
       {HostPort{"relay.example.com", 443}, HostPort{"192.0.2.1", 1}, HostPort{"2001:db8::1", 65535}}) {
    const auto invite = Invite::make(identity_of(2), address, "www.example.com");
    ASSERT_TRUE(invite.check());
    const auto parsed = Invite::parse(invite.to_link());
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, invite);
  }
}

// From the seed and secret of 32 bytes 01 and 02: a link handed out today must be readable by every later
// version.
TEST(Invite, has_this_link_for_these_keys) {
  crypto::Ed25519Seed seed;
  crypto::X25519Secret secret;
  std::ranges::fill(seed.data(), std::uint8_t{1});
  std::ranges::fill(secret.data(), std::uint8_t{2});
  const Identity identity{crypto::Ed25519KeyPair::from_seed(std::move(seed)),
                          crypto::X25519KeyPair::from_secret(std::move(secret))};
  EXPECT_EQ(Invite::make(identity, {"192.0.2.1", 443}, "www.example.com").to_link(),
            "qnet://hwFYIIqI4910CfGV_VLbLTy6XXLKZwm_HZQSG_N0iAG0D29cWCDOjTrRzLYz7HtwwXgUpcduzQKWhQUNNEd"
            "FugWHDlh9WVhAMWryRHIEn3OOPhjKgP3Qy331Z6dwxQjYnyKMSLYZl7A7s35DCdDmYNmO_gDo2NSuMG5aNZUo9Hu-5"
            "VIZsWDRBm93d3cuZXhhbXBsZS5jb21pMTkyLjAuMi4xGQG7apJ1VA");
}

TEST(Invite, is_the_documented_array_with_a_checksum) {
  EXPECT_EQ(sample().to_link(), link_of(fields_of(sample())));
}

TEST(Invite, carries_every_cover) {
  for (const auto cover : {link::Cover::mirror, link::Cover::site_h2, link::Cover::site_websocket,
                           link::Cover::site_websocket_unbound}) {
    const auto invite = Invite::make(identity_of(1), {"relay.example.com", 443}, "www.example.com", cover);
    const auto parsed = Invite::parse(invite.to_link());
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, invite);
    EXPECT_EQ(parsed->cover, cover);
  }
}

TEST(Invite, carries_an_ech_list_with_a_site) {
  auto invite =
      Invite::make(identity_of(1), {"relay.example.com", 443}, "www.example.com", link::Cover::site_h2);
  const auto without = invite.to_link();
  invite.ech_configs = {0, 4, 0xfe, 0x0d, 0, 0};
  const auto parsed = Invite::parse(invite.to_link());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, invite);
  EXPECT_TRUE(Invite::parse(without)->ech_configs.empty());
  invite.ech_configs.resize(InviteLimits::ech_configs + 1);
  EXPECT_FALSE(invite.check());
}

TEST(Invite, has_one_form_for_each_cover) {
  auto fields = fields_of(sample());
  fields[0] = std::uint64_t{2};
  expect_error(link_of(fields), Errc::damaged_invite);
  fields.emplace_back(std::uint64_t{0});
  expect_error(link_of(fields), Errc::damaged_invite);
  fields.back() = std::uint64_t{4};
  expect_error(link_of(fields), Errc::newer_invite);
  fields.back() = "text";
  expect_error(link_of(fields), Errc::damaged_invite);
  fields.back() = std::uint64_t{1};
  fields[0] = std::uint64_t{1};
  expect_error(link_of(fields), Errc::damaged_invite);
}

TEST(Invite, survives_the_wrapping_of_mail_programs) {
  const auto link = sample().to_link();
  std::string wrapped = "\r\n  ";
  for (std::size_t at = 0; at < link.size(); at += 20) wrapped += link.substr(at, 20) + "\r\n\t ";
  const auto parsed = Invite::parse(wrapped);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, sample());
}

TEST(Invite, is_told_from_other_texts) {
  const auto link = sample().to_link();
  for (const auto& text : {std::string(), std::string("hello"), std::string("https://example.com/"),
                           std::string("qnet:"), "x" + link, link.substr(1)})
    expect_error(text, Errc::not_an_invite);
}

TEST(Invite, is_recognised_as_damaged_when_any_character_is_changed) {
  const auto link = sample().to_link();
  const std::size_t scheme = std::string_view("qnet://").size();
  for (std::size_t at = scheme; at < link.size(); ++at) {
    for (const char replacement : {'A', 'z', '_', '*', '\0'}) {
      auto changed = link;
      if (changed[at] == replacement) continue;
      changed[at] = replacement;
      expect_error(changed, Errc::damaged_invite);
    }
  }
}

TEST(Invite, is_recognised_as_damaged_when_cut_or_grown) {
  const auto link = sample().to_link();
  const std::size_t scheme = std::string_view("qnet://").size();
  for (std::size_t size = scheme; size < link.size(); ++size)
    expect_error(link.substr(0, size), Errc::damaged_invite);
  for (const char* const tail : {"A", "AAAA", "=", ".", "?x"})
    expect_error(link + tail, Errc::damaged_invite);
  expect_error(link + std::string(InviteLimits::text, 'A'), Errc::damaged_invite);
}

TEST(Invite, of_a_later_version_asks_for_an_update) {
  expect_error(link_with(0, std::uint64_t{3}), Errc::newer_invite);
  expect_error(link_of(cbor::Array{std::uint64_t{3}, "in a form that we do not know"}), Errc::newer_invite);
  expect_error(link_with(0, std::uint64_t{0}), Errc::damaged_invite);
}

TEST(Invite, with_another_signature_or_key_is_forged) {
  const auto other = identity_of(9);
  expect_error(link_with(1, base::ByteView(other.signing.public_key)), Errc::forged_invite);
  expect_error(link_with(2, base::ByteView(other.noise.public_key)), Errc::forged_invite);
  expect_error(link_with(3, base::ByteView(other.vouch())), Errc::forged_invite);
  expect_error(link_with(3, base::Bytes(64)), Errc::forged_invite);
}

TEST(Invite, needs_a_usable_address) {
  for (const char* const host : {"", "relay example", "[2001:db8::1]", "192.0.2.256", "relay.example.com.",
                                 "a_b", "fe80::1%eth0", "relay.example.com:80", "-a"})
    expect_error(link_with(5, host), Errc::bad_address);
  expect_error(link_with(6, std::uint64_t{0}), Errc::bad_address);
  expect_error(link_with(6, std::uint64_t{65536}), Errc::bad_address);
}

TEST(Invite, needs_a_cover_name_that_a_browser_could_send) {
  for (const std::string& name :
       {std::string(), std::string("192.0.2.1"), std::string("2001:db8::1"), std::string("a b"),
        std::string("www.example.com."), std::string(254, 'a'), std::string("a\0b", 3)})
    expect_error(link_with(4, name), Errc::bad_cover_name);
}

TEST(Invite, of_another_shape_is_damaged) {
  auto fields = fields_of(sample());
  for (std::size_t field = 0; field < fields.size(); ++field)
    expect_error(link_with(field, false), Errc::damaged_invite);
  for (const std::size_t field : {1U, 2U, 3U})
    expect_error(link_with(field, base::Bytes(31)), Errc::damaged_invite);
  fields.pop_back();
  expect_error(link_of(fields), Errc::damaged_invite);
  expect_error(link_of(cbor::Array{}), Errc::damaged_invite);
  expect_error(link_of(cbor::Map{}), Errc::damaged_invite);
}

TEST(Invite, tells_the_person_who_makes_one_what_is_wrong) {
  EXPECT_TRUE(
      Invite::make(identity_of(1), {"a b", 443}, "www.example.com").check().error().is(Errc::bad_address));
  EXPECT_TRUE(Invite::make(identity_of(1), {"192.0.2.1", 0}, "www.example.com")
                  .check()
                  .error()
                  .is(Errc::bad_address));
  EXPECT_TRUE(
      Invite::make(identity_of(1), {"192.0.2.1", 443}, "192.0.2.2").check().error().is(Errc::bad_cover_name));
}

TEST(Invite, fits_the_limit_with_the_longest_names) {
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + ".";
  longest += std::string(61, 'b');
  const auto invite = Invite::make(identity_of(1), {longest, 65535}, longest);
  EXPECT_LE(invite.to_link().size(), InviteLimits::text);
  EXPECT_TRUE(Invite::parse(invite.to_link()));
}

}  // namespace
}  // namespace qnet::peer
