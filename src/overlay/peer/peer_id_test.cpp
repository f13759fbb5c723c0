#include "overlay/peer/peer_id.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/peer/base58.hpp"

namespace qnet::peer {
namespace {

crypto::Ed25519Public key_from(std::string_view hex) {
  const auto bytes = base::from_hex(hex);
  crypto::Ed25519Public key{};
  std::ranges::copy(bytes.value(), key.begin());
  return key;
}

// The Ed25519 key pair of the test vectors in libp2p's peer-ids specification.
constexpr std::string_view kSeed = "7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d";
constexpr std::string_view kKey = "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
constexpr const char* kPeerId = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

TEST(PeerId, is_that_of_the_libp2p_specification) {
  crypto::Ed25519Seed seed;
  std::ranges::copy(base::from_hex(kSeed).value(), seed.data().begin());
  const auto pair = crypto::Ed25519KeyPair::from_seed(std::move(seed));
  EXPECT_EQ(base::to_hex(pair.public_key), kKey);
  EXPECT_EQ(PeerId(pair.public_key).to_text(), kPeerId);
  const auto parsed = PeerId::parse(kPeerId);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->key(), key_from(kKey));
}

TEST(PeerId, prints_what_it_parsed) {
  // Examples from libp2p's peer-ids specification and its forum.
  for (const char* const text : {"12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                                 "12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK"}) {
    const auto parsed = PeerId::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->to_text(), text);
  }
}

TEST(PeerId, has_one_text_for_each_key) {
  base::testing::SeededRandom random(1);
  for (int i = 0; i < 200; ++i) {
    crypto::Ed25519Public key{};
    random.fill(key);
    const auto text = PeerId(key).to_text();
    EXPECT_EQ(text.substr(0, 8), "12D3KooW");
    EXPECT_EQ(PeerId::parse(text), PeerId(key));
  }
}

TEST(PeerId, refuses_other_texts) {
  const std::string good = kPeerId;
  EXPECT_FALSE(PeerId::parse(""));
  EXPECT_FALSE(PeerId::parse(good.substr(1)));
  EXPECT_FALSE(PeerId::parse(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(PeerId::parse("1" + good));
  EXPECT_FALSE(PeerId::parse(good + " "));
  for (const char outside : {'0', 'O', 'I', 'l', '\0', '\xff'}) {
    auto text = good;
    text.back() = outside;
    EXPECT_FALSE(PeerId::parse(text));
  }
  // An RSA peer id (a SHA-256 multihash), and a secp256k1 one.
  EXPECT_FALSE(PeerId::parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"));
  EXPECT_FALSE(PeerId::parse("16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY"));
  EXPECT_FALSE(PeerId::parse(std::string(100'000, 'z')));
}

TEST(Base58, reads_what_it_has_written_of_any_length) {
  base::testing::SeededRandom random(58);
  for (std::size_t size = 0; size < 70; ++size) {
    base::Bytes bytes(size);
    random.fill(bytes);
    if (size > 3) bytes[0] = bytes[size / 2] = 0;
    EXPECT_EQ(from_base58(to_base58(bytes)), bytes) << size;
  }
  const base::Bytes ones(38, 0xff);
  EXPECT_EQ(from_base58(to_base58(ones)), ones);
}

// The vectors of draft-msporny-base58.
TEST(Base58, agrees_with_its_draft) {
  EXPECT_EQ(to_base58(base::bytes_of("Hello World!")), "2NEpo7TZRRrLZSi2U");
  EXPECT_EQ(to_base58(base::bytes_of("The quick brown fox jumps over the lazy dog.")),
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z");
  EXPECT_EQ(to_base58(base::from_hex("0000287fb4cd").value()), "11233QC4");
  EXPECT_EQ(from_base58("11233QC4"), base::from_hex("0000287fb4cd"));
}

TEST(Base58, keeps_leading_zeros_and_the_empty_string) {
  EXPECT_EQ(to_base58({}), "");
  EXPECT_EQ(from_base58(""), base::Bytes{});
  EXPECT_EQ(to_base58(base::Bytes{0, 0, 0}), "111");
  EXPECT_EQ(from_base58("111"), (base::Bytes{0, 0, 0}));
}

}  // namespace
}  // namespace qnet::peer
