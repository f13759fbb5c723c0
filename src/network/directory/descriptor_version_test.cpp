// What the second version of a descriptor added: circuit keys and a family.
#include <gtest/gtest.h>

#include "foundation/cbor/decode.hpp"
#include "foundation/cbor/encode.hpp"
#include "network/directory/descriptor.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::kNow;

class DescriptorVersion : public ::testing::Test {
 protected:
  [[nodiscard]] base::Result<SignedDescriptor> signed_and_parsed(const Descriptor& descriptor) const {
    return SignedDescriptor::parse(SignedDescriptor::sign(descriptor, relay_).wire());
  }
  [[nodiscard]] cbor::Array body_of(const Descriptor& descriptor) const {
    const auto document = SignedDescriptor::sign(descriptor, relay_);
    const auto whole = cbor::decode(document.wire());
    return *cbor::decode(*(*whole->array())[0].bytes())->array();
  }
  /// A body of any form, as this relay would sign it.
  [[nodiscard]] base::Result<SignedDescriptor> parsed_body(const cbor::Array& body) const {
    const auto encoded = cbor::encode(body);
    base::Bytes text;
    base::append(text, base::bytes_of("qnet-descriptor-1:"));
    base::append(text, encoded);
    const auto signature = relay_.signing.sign(text);
    return SignedDescriptor::parse(
        cbor::encode(cbor::Array{base::ByteView(encoded), base::ByteView(signature)}));
  }
  void expect_malformed(const cbor::Array& body, const char* what) const {
    const auto parsed = parsed_body(body);
    ASSERT_FALSE(parsed) << what;
    EXPECT_TRUE(parsed.error().is(Errc::malformed)) << what;
  }
  template <class Change>
  void expect_refused(const char* what, Change change) const {
    auto descriptor = full_;
    change(descriptor);
    const auto parsed = signed_and_parsed(descriptor);
    ASSERT_FALSE(parsed) << what;
    EXPECT_TRUE(parsed.error().is(Errc::malformed)) << what;
  }

  peer::Identity relay_ = testing::identity(1);
  Descriptor plain_ = testing::descriptor_of(relay_);
  Descriptor full_ = testing::descriptor_in_a_family(relay_);
};

TEST_F(DescriptorVersion, is_the_first_for_what_first_readers_know) {
  const auto body = body_of(plain_);
  EXPECT_EQ(body.size(), 14U);
  EXPECT_EQ(*body[0].unsigned_integer(), 1U);
}

TEST_F(DescriptorVersion, is_the_second_with_either_new_field) {
  auto keys = plain_;
  keys.circuit_keys = full_.circuit_keys;
  auto family = plain_;
  family.family = full_.family;
  for (const auto& one : {keys, family, full_}) {
    const auto body = body_of(one);
    EXPECT_EQ(body.size(), 16U);
    EXPECT_EQ(*body[0].unsigned_integer(), 2U);
    const auto parsed = signed_and_parsed(one);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed->descriptor(), one);
  }
}

TEST_F(DescriptorVersion, is_not_the_second_without_need) {
  auto body = body_of(plain_);
  body[0] = std::uint64_t{2};
  expect_malformed(body, "the second version without its fields");
  body.emplace_back(cbor::Array{});
  body.emplace_back(cbor::Array{});
  expect_malformed(body, "two forms of one content");
}

TEST_F(DescriptorVersion, is_not_the_first_with_new_fields) {
  auto body = body_of(full_);
  body[0] = std::uint64_t{1};
  expect_malformed(body, "the first version with the second's fields");
}

TEST_F(DescriptorVersion, is_refused_when_it_is_not_known) {
  for (const auto version : {0U, 3U}) {
    auto body = body_of(full_);
    body[0] = std::uint64_t{version};
    const auto parsed = parsed_body(body);
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().message().find("version"), std::string::npos);
  }
}

TEST_F(DescriptorVersion, has_one_circuit_key_or_two) {
  auto one = full_;
  one.circuit_keys.pop_back();
  EXPECT_TRUE(signed_and_parsed(one));
  expect_refused("three keys",
                 [](Descriptor& d) { d.circuit_keys.push_back({{7}, kNow + hours(48), kNow + hours(96)}); });
}

TEST_F(DescriptorVersion, refuses_circuit_keys_out_of_bounds) {
  const auto first = [](Descriptor& d) -> CircuitKey& { return d.circuit_keys.front(); };
  auto longest = full_;
  first(longest).until = first(longest).from + hours(49);
  EXPECT_TRUE(signed_and_parsed(longest));
  expect_refused("more than 49 hours",
                 [&](Descriptor& d) { first(d).until = first(d).from + hours(49) + seconds(1); });
  expect_refused("an end at the beginning", [&](Descriptor& d) { first(d).until = first(d).from; });
  expect_refused("an end before the beginning",
                 [&](Descriptor& d) { first(d).until = first(d).from - seconds(1); });
  expect_refused("not ascending", [](Descriptor& d) { std::swap(d.circuit_keys[0], d.circuit_keys[1]); });
  expect_refused("two of one time", [](Descriptor& d) { d.circuit_keys[1].from = d.circuit_keys[0].from; });
  expect_refused("one key twice", [](Descriptor& d) { d.circuit_keys[1].key = d.circuit_keys[0].key; });
}

TEST_F(DescriptorVersion, refuses_new_fields_of_another_form) {
  const auto with = [&](std::size_t index, cbor::Value value) {
    auto body = body_of(full_);
    body[index] = std::move(value);
    return body;
  };
  const base::Bytes short_key(31);
  expect_malformed(with(14, "keys"), "a text for keys");
  expect_malformed(with(14, cbor::Array{"key"}), "a text for a key");
  expect_malformed(
      with(14, cbor::Array{cbor::Array{base::ByteView(short_key), std::uint64_t{1}, std::uint64_t{2}}}),
      "a short key");
  expect_malformed(with(15, "family"), "a text for a family");
  expect_malformed(with(15, cbor::Array{base::ByteView(relay_.peer_id().key())}), "a family without a proof");
  auto longer = body_of(full_);
  longer.emplace_back(std::uint64_t{0});
  expect_malformed(longer, "a field that nobody knows");
}

TEST_F(DescriptorVersion, is_refused_with_the_proof_of_another_relay) {
  const auto stranger = testing::identity(2);
  full_.family = peer::FamilyProof::make(testing::family_key(50), stranger.peer_id());
  const auto parsed = signed_and_parsed(full_);
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(Errc::wrong_signature));
}

TEST_F(DescriptorVersion, a_family_that_is_not_proven_is_found_when_it_is_verified) {
  full_.family->signature[0] ^= 1U;
  const auto listed = SignedDescriptor::parse_unverified(SignedDescriptor::sign(full_, relay_).wire());
  ASSERT_TRUE(listed);
  EXPECT_FALSE(listed->verify());
}

TEST_F(DescriptorVersion, is_refused_when_any_byte_differs) {
  const auto document = SignedDescriptor::sign(full_, relay_);
  const auto wire = document.wire();
  for (std::size_t i = 0; i < wire.size(); ++i) {
    base::Bytes changed(wire.begin(), wire.end());
    changed[i] ^= 1U;
    EXPECT_FALSE(SignedDescriptor::parse(changed)) << "byte " << i;
  }
}

TEST_F(DescriptorVersion, the_longest_fits) {
  const auto label = [](char of) { return std::string(63, of) + "."; };
  const auto name = [&](char of) { return label(of) + label(of) + label(of) + std::string(61, of); };
  full_.addresses = {{name('a'), 65535}, {name('b'), 65535}, {name('c'), 65535}, {name('d'), 65535}};
  full_.cover_name = name('e');
  full_.cover = link::Cover::site_h2;
  full_.ech_configs.assign(DescriptorLimits::ech_configs, 1);
  full_.exit_ports.clear();
  for (std::uint16_t port = 65520; port < 65535; ++port) full_.exit_ports.push_back(port);
  full_.software.assign(DescriptorLimits::software, 'x');
  const auto parsed = signed_and_parsed(full_);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->descriptor(), full_);
}

TEST_F(DescriptorVersion, says_something_else_with_other_keys_or_another_family) {
  auto keys = full_;
  keys.circuit_keys.pop_back();
  auto family = full_;
  family.family.reset();
  EXPECT_TRUE(says_the_same(full_, full_));
  EXPECT_FALSE(says_the_same(full_, keys));
  EXPECT_FALSE(says_the_same(full_, family));
}

}  // namespace
}  // namespace qnet::directory
