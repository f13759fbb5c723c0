#include "transport/site/gate.hpp"

#include <gtest/gtest.h>

#include <set>

#include "foundation/base/testing/seeded_random.hpp"

namespace qnet::site {
namespace {

using std::chrono::seconds;

const htx::WallTime kNow(seconds(1'700'000'000));

class SiteHandshake : public ::testing::Test {
 protected:
  Initiator initiator(const Binding& binding, htx::WallTime now = kNow) {
    return std::move(*Initiator::start({relay.public_key, {}, binding, now}, random));
  }

  Gate::Decision decide(const std::string& cookie, const Binding& binding, bool post = true) {
    const std::string_view cookies[] = {"theme=dark", cookie};
    return gate.examine({post, !post, gate.names().path, cookies}, binding, kNow);
  }
  std::string cookie_of(const Initiator& peer) {
    return "lang=en; " + gate.names().cookie + "=" + peer.token() + "; b=c";
  }
  static Gate::Visit visit(const Gate::Decision& decision) {
    EXPECT_TRUE(std::holds_alternative<Gate::Visit>(decision));
    const auto* const found = std::get_if<Gate::Visit>(&decision);
    return found == nullptr ? Gate::Visit::ordinary : *found;
  }

  base::testing::SeededRandom random{3};
  crypto::X25519KeyPair relay = crypto::X25519KeyPair::generate(random);
  htx::ReplayCache seen{random, 10'000};
  Gate gate{{relay.clone(), {}}, seen};
  Binding bound = std::array<std::uint8_t, 32>{1, 2, 3};
};

void expect_same_keys(noise::TransportKeys& a, noise::TransportKeys& b) {
  EXPECT_EQ(a.handshake_hash, b.handshake_hash);
  std::array<std::uint8_t, 4> text{1, 2, 3, 4};
  std::array<std::uint8_t, 16> tag{};
  ASSERT_TRUE(a.from_initiator.seal({}, text, tag));
  EXPECT_TRUE(b.from_initiator.open({}, text, tag));
}

TEST_F(SiteHandshake, gives_both_sides_the_same_keys_in_pieces_of_any_size) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{10'000}}) {
    auto peer = initiator(bound);
    auto decision = decide(cookie_of(peer), bound);
    auto& responder = std::get<Responder>(decision);

    base::Bytes answer;
    for (base::ByteView rest(peer.opening()); !rest.empty();) {
      const auto part = rest.first(std::min(piece, rest.size()));
      rest = rest.subspan(part.size());
      base::append(answer, *responder.receive(part, kNow, random));
    }
    base::append(answer, base::bytes_of("records"));
    bool done = false;
    for (base::ByteView rest(answer); !rest.empty();) {
      const auto part = rest.first(std::min(piece, rest.size()));
      rest = rest.subspan(part.size());
      const auto received = peer.receive(part);
      ASSERT_TRUE(received) << received.error().message();
      done = *received;
      if (done) {
        base::Bytes unread(part.begin(), part.end());
        break;
      }
    }
    ASSERT_TRUE(done);
    auto last = *peer.finish(random);
    EXPECT_EQ(last.relay_time, kNow);
    base::append(last.flight, base::bytes_of("more"));
    EXPECT_TRUE(responder.receive(last.flight, kNow, random)->empty());
    ASSERT_TRUE(responder.done());
    auto finished = responder.finish();
    EXPECT_EQ(base::text_of(finished.unread), "more");
    EXPECT_EQ(last.finished.keys.handshake_hash, finished.keys.handshake_hash);
    EXPECT_NE(finished.peer_static, crypto::X25519Public{});
    expect_same_keys(last.finished.keys, finished.keys);
  }
}

TEST_F(SiteHandshake, shows_the_relay_a_key_that_it_was_given) {
  const auto own = crypto::X25519KeyPair::generate(random);
  auto peer = *Initiator::start({relay.public_key, {}, bound, kNow, &own}, random);
  auto decision = decide(cookie_of(peer), bound);
  auto& responder = std::get<Responder>(decision);
  ASSERT_TRUE(*peer.receive(*responder.receive(peer.opening(), kNow, random)));
  ASSERT_TRUE(responder.receive(peer.finish(random)->flight, kNow, random));
  ASSERT_TRUE(responder.done());
  EXPECT_EQ(responder.finish().peer_static, own.public_key);
}

TEST_F(SiteHandshake, fails_at_every_changed_byte) {
  for (std::size_t at = 0; at < 1200; at += 7) {
    auto peer = initiator(bound);
    auto decision = decide(cookie_of(peer), bound);
    auto& responder = std::get<Responder>(decision);
    auto opening = peer.opening();
    opening[at] ^= 1U;
    EXPECT_FALSE(responder.receive(opening, kNow, random)) << at;
  }
  for (std::size_t at = 0; at < 1168; at += 7) {
    auto peer = initiator(bound);
    auto decision = decide(cookie_of(peer), bound);
    auto answer = *std::get<Responder>(decision).receive(peer.opening(), kNow, random);
    answer[at] ^= 1U;
    EXPECT_FALSE(peer.receive(answer)) << at;
  }
  for (std::size_t at = 0; at < 66; ++at) {
    auto peer = initiator(bound);
    auto decision = decide(cookie_of(peer), bound);
    auto& responder = std::get<Responder>(decision);
    ASSERT_TRUE(*peer.receive(*responder.receive(peer.opening(), kNow, random)));
    auto flight = peer.finish(random)->flight;
    flight[at] ^= 1U;
    EXPECT_FALSE(responder.receive(flight, kNow, random)) << at;
  }
}

TEST_F(SiteHandshake, takes_a_token_once) {
  const auto peer = initiator(bound);
  EXPECT_TRUE(std::holds_alternative<Responder>(decide(cookie_of(peer), bound)));
  EXPECT_EQ(visit(decide(cookie_of(peer), bound)), Gate::Visit::replayed);
}

TEST_F(SiteHandshake, is_bound_to_the_tls_connection_and_cannot_be_downgraded) {
  const Binding other = std::array<std::uint8_t, 32>{9};
  const Binding zeros = std::array<std::uint8_t, 32>{};
  EXPECT_EQ(visit(decide(cookie_of(initiator(bound)), other)), Gate::Visit::unrecognised);
  EXPECT_EQ(visit(decide(cookie_of(initiator(bound)), std::nullopt)), Gate::Visit::unrecognised);
  EXPECT_EQ(visit(decide(cookie_of(initiator(std::nullopt)), bound)), Gate::Visit::unrecognised);
  EXPECT_EQ(visit(decide(cookie_of(initiator(std::nullopt)), zeros)), Gate::Visit::unrecognised);
  EXPECT_TRUE(std::holds_alternative<Responder>(decide(cookie_of(initiator(std::nullopt)), std::nullopt)));
}

TEST_F(SiteHandshake, refuses_clocks_that_are_off) {
  for (const auto off : {seconds(601), seconds(-601)})
    EXPECT_EQ(visit(decide(cookie_of(initiator(bound, kNow + off)), bound)), Gate::Visit::clock);
  for (const auto off : {seconds(600), seconds(-600)})
    EXPECT_TRUE(std::holds_alternative<Responder>(decide(cookie_of(initiator(bound, kNow + off)), bound)));
}

TEST_F(SiteHandshake, refuses_another_relays_key) {
  const auto other = crypto::X25519KeyPair::generate(random);
  const auto peer = *Initiator::start({other.public_key, {}, bound, kNow}, random);
  EXPECT_EQ(visit(decide(cookie_of(peer), bound)), Gate::Visit::unrecognised);
}

TEST_F(SiteHandshake, refuses_tokens_at_other_places_and_in_other_forms) {
  const auto peer = initiator(bound);
  const auto cookie = cookie_of(peer);
  const std::string_view cookies[] = {cookie};
  EXPECT_EQ(visit(gate.examine({true, false, "/", cookies}, bound, kNow)), Gate::Visit::ordinary);
  EXPECT_EQ(visit(gate.examine({false, false, gate.names().path, cookies}, bound, kNow)),
            Gate::Visit::ordinary);
  for (const auto& text : {std::string(), "x" + gate.names().cookie + "=" + peer.token(),
                           gate.names().cookie + "=" + peer.token() + "A", gate.names().cookie + "=",
                           gate.names().cookie + "=" + peer.token().substr(1), gate.names().cookie})
    EXPECT_EQ(visit(decide(text, bound)), Gate::Visit::ordinary) << text;
  for (std::size_t at = 0; at < peer.token().size(); ++at) {
    auto token = peer.token();
    token[at] = token[at] == 'A' ? 'B' : 'A';
    (void)visit(decide(gate.names().cookie + "=" + token, bound));
  }
  EXPECT_TRUE(std::holds_alternative<Responder>(decide(cookie, bound, false)));
}

TEST(SiteNames, differ_between_relays_and_stay_the_same) {
  crypto::X25519Public key{};
  const auto first = names_of(key);
  EXPECT_EQ(first.path, names_of(key).path);
  std::set<std::string> paths;
  std::set<std::string> cookies;
  for (key[0] = 0; key[0] < 100; ++key[0]) {
    paths.insert(names_of(key).path);
    cookies.insert(names_of(key).cookie);
  }
  EXPECT_GT(paths.size(), 95U);
  EXPECT_GT(cookies.size(), 95U);
}

// Addresses in use today must be found by every later version.
TEST(SiteNames, are_these_for_this_key) {
  crypto::X25519Public key{};
  key.fill(1);
  EXPECT_EQ(names_of(key).path, "/services/events/feeds-upload");
  EXPECT_EQ(names_of(key).cookie, "csrf_mzij");
}

}  // namespace
}  // namespace qnet::site
