// When a peer is answered, beside a stranger: docs/spec/htx.md §5.1 and the table in tests/probing/README.md.
#include "transport/mirror/cover_gate.hpp"

#include <ostream>
#include <string>
#include <tuple>

#include <gmock/gmock.h>

#include "transport/mirror/testing/gated_visit.hpp"

namespace qnet::mirror {
namespace {

using std::chrono::milliseconds;
using testing::GatedVisit;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::Who;

enum class Arrival { whole, in_pieces, tail_while_connecting, tail_when_connected };

const char* to_text(Arrival arrival) {
  static constexpr const char* names[] = {"whole", "in_pieces", "tail_while_connecting",
                                          "tail_when_connected"};
  return names[static_cast<std::size_t>(arrival)];
}
void PrintTo(Arrival arrival, std::ostream* out) { *out << to_text(arrival); }

/// Both browsers offer both groups: the origin chooses.
struct Kind {
  const char* name;
  std::size_t browser;  ///< of the built-in templates
  std::size_t profile;  ///< of the built-in profiles

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

class Arriving : public ::testing::TestWithParam<std::tuple<Arrival, Kind>> {
 protected:
  [[nodiscard]] static Arrival arrival() { return std::get<0>(GetParam()); }
  [[nodiscard]] static std::size_t browser() { return std::get<1>(GetParam()).browser; }
  [[nodiscard]] static std::size_t profile() { return std::get<1>(GetParam()).profile; }

  /// Until the relay dials the origin; the whole hello, but for a tail that comes when connected.
  void arrive_until_dialling(GatedVisit& at, base::ByteView hello) {
    const auto head = hello.first(hello.size() - 100);
    if (arrival() == Arrival::whole) at.send(hello);
    if (arrival() == Arrival::in_pieces) {
      at.send(hello.first(1));
      at.go_on();
      at.send(hello.subspan(1, 99));
      at.go_on();
      at.send(hello.subspan(100));
    }
    if (arrival() == Arrival::tail_while_connecting || arrival() == Arrival::tail_when_connected)
      at.send(head);
    ASSERT_TRUE(at.dialling());
    if (arrival() == Arrival::tail_while_connecting) at.send(hello.subspan(head.size()));
  }
  /// What is left of the hello once the origin is connected; the moment when the hello could be answered at
  /// the soonest.
  GatedVisit::Clock::time_point connect_and_complete(GatedVisit& at, base::ByteView hello) {
    auto soonest = GatedVisit::Clock::now();
    at.may_connect();
    EXPECT_TRUE(at.until([&] { return at.origins.size() == 1; }));
    if (arrival() == Arrival::tail_when_connected) {
      at.go_on();
      EXPECT_THAT(at.visitor->got, IsEmpty());
      soonest = GatedVisit::Clock::now();
      at.send(hello.subspan(hello.size() - 100));
    }
    return soonest;
  }
};

TEST_P(Arriving, a_peers_answer_counts_from_its_hello_and_a_live_connection) {
  GatedVisit at(profile());
  const auto hello = at.hello_of(Who::peer, browser());
  at.may_answer = false;
  arrive_until_dialling(at, hello);
  at.go_on();
  EXPECT_THAT(at.answers_at, IsEmpty()) << "before the origin is connected";
  const auto soonest = connect_and_complete(at, hello);
  ASSERT_TRUE(at.until([&] { return !at.answers_at.empty(); }));
  EXPECT_GE(at.answers_at[0], soonest + GatedVisit::kOriginTakes);
  EXPECT_LE(at.answers_at[0], at.asked_at[0] + GatedVisit::kOriginTakes) << "nothing was added";
  at.go_on();
  EXPECT_THAT(at.visitor->got, IsEmpty()) << "before that moment";
  at.answer_now();
  EXPECT_TRUE(at.until([&] { return at.visitor->got.starts_with("\x16\x03\x03"); }));
  EXPECT_THAT(at.answers_at, SizeIs(1));
}

TEST_P(Arriving, a_peer_opens_one_connection_to_the_origin_and_ends_it_in_silence) {
  GatedVisit at(profile());
  const auto hello = at.hello_of(Who::peer, browser());
  arrive_until_dialling(at, hello);
  (void)connect_and_complete(at, hello);
  ASSERT_TRUE(at.until([&] { return !at.visitor->got.empty(); }));
  ASSERT_TRUE(at.until([&] { return !at.origins[0]->ending.empty(); }));
  EXPECT_EQ(at.origins[0]->ending, "end");
  EXPECT_THAT(at.origins[0]->got, IsEmpty());
  EXPECT_THAT(at.origins, SizeIs(1));
  EXPECT_EQ(at.lookups, 1U);
}

TEST_P(Arriving, a_strangers_hello_waits_for_the_same_connection) {
  GatedVisit at(profile());
  const auto hello = at.hello_of(Who::stranger, browser());
  arrive_until_dialling(at, hello);
  (void)connect_and_complete(at, hello);
  ASSERT_TRUE(at.until([&] { return at.origins[0]->got.size() == hello.size(); }));
  EXPECT_EQ(at.origins[0]->got, base::text_of(hello));
  EXPECT_THAT(at.origins, SizeIs(1));
  EXPECT_THAT(at.visitor->got, IsEmpty());
  EXPECT_THAT(at.answers_at, IsEmpty()) << "the origin answers a stranger";
}

std::string name_of(const ::testing::TestParamInfo<Arriving::ParamType>& info) {
  const auto& [arrival, kind] = info.param;
  return std::string(to_text(arrival)) + "_" + kind.name;
}

INSTANTIATE_TEST_SUITE_P(
    , Arriving,
    ::testing::Combine(::testing::Values(Arrival::whole, Arrival::in_pieces, Arrival::tail_while_connecting,
                                         Arrival::tail_when_connected),
                       ::testing::Values(Kind{"chromium_x25519", 0, 0}, Kind{"firefox_ml_kem", 2, 1})),
    name_of);

class OriginDown : public ::testing::Test {
 protected:
  /// A whole hello is there before the relay looks; or the relay dials because its tail is missing.
  static void gives_the_origin_up(GatedVisit& at, Who who, bool whole) {
    at.origin_is_down = true;
    const auto hello = at.hello_of(who, 0);
    at.send(base::ByteView(hello).first(hello.size() - (whole ? 0 : 100)));
    ASSERT_TRUE(at.dialling());
    at.go_on();
    EXPECT_THAT(at.visitor->got + at.visitor->ending, IsEmpty()) << "until it is given up";
    EXPECT_THAT(at.answers_at, IsEmpty());
    at.may_connect();
  }
  static void is_reset(GatedVisit& at) {
    ASSERT_TRUE(at.until([&] { return !at.visitor->ending.empty(); }));
    EXPECT_EQ(at.visitor->ending, "reset");
    EXPECT_THAT(at.visitor->got, IsEmpty());
    EXPECT_TRUE(at.context.origin_lost);
  }
};

TEST_F(OriginDown, a_strangers_connection_is_reset) {
  for (const bool whole : {true, false}) {
    GatedVisit at;
    gives_the_origin_up(at, Who::stranger, whole);
    is_reset(at);
  }
}

TEST_F(OriginDown, a_peer_whose_tail_is_late_is_reset_as_well) {
  GatedVisit at;
  gives_the_origin_up(at, Who::peer, false);
  is_reset(at);
}

TEST_F(OriginDown, a_peer_is_reset_as_well) {
  GatedVisit at;
  gives_the_origin_up(at, Who::peer, true);
  is_reset(at);
}

TEST_F(OriginDown, a_peer_is_served_once_that_has_been_so_for_long_but_no_sooner_than_ever) {
  GatedVisit at;
  at.outlast_outage();
  const auto soonest = GatedVisit::Clock::now();
  gives_the_origin_up(at, Who::peer, true);
  ASSERT_TRUE(at.until([&] { return at.visitor->got.starts_with("\x16\x03\x03"); }));
  EXPECT_GE(at.answers_at.at(0), soonest + GatedVisit::kOriginTakes);
  EXPECT_TRUE(at.context.origin_lost);
}

/// What a visitor sees of an origin that accepts and closes.
std::string seen_at_a_full_origin(Who who, bool for_long) {
  GatedVisit at;
  at.origin_is_full = true;
  at.may_answer = false;  // so that the origin is the first
  if (for_long) at.outlast_outage();
  at.send(at.hello_of(who, 0));
  EXPECT_TRUE(at.dialling());
  at.may_connect();
  EXPECT_TRUE(at.until([&] { return at.origins.size() == 1; }));
  if (for_long) at.go_on();
  if (for_long) at.answer_now();
  EXPECT_TRUE(at.until([&] { return !at.visitor->ending.empty() || !at.visitor->got.empty(); }));
  return at.visitor->got.substr(0, 3) + at.visitor->ending;
}

TEST(FullOrigin, ends_peers_and_strangers_without_a_byte) {
  for (const auto who : {Who::stranger, Who::peer})
    EXPECT_THAT(seen_at_a_full_origin(who, false), ::testing::AnyOf("end", "reset"));
}

TEST(FullOrigin, keeps_no_peer_out_for_long) {
  EXPECT_THAT(seen_at_a_full_origin(Who::stranger, true), ::testing::AnyOf("end", "reset"));
  EXPECT_EQ(seen_at_a_full_origin(Who::peer, true), "\x16\x03\x03");
}

/// A visitor that has been quiet for longer than seven others.
class MakesRoom : public ::testing::Test {
 protected:
  void ends(std::string_view way) {
    at.crowd();
    EXPECT_TRUE(at.until([&] { return !at.visitor->ending.empty(); }));
    EXPECT_EQ(at.visitor->ending, way);
    EXPECT_THAT(at.visitor->got, IsEmpty());
    EXPECT_TRUE(at.until([&] { return at.served; })) << "what it has held comes back";
  }
  GatedVisit at;
};

TEST_F(MakesRoom, who_has_said_nothing) {
  at.go_on();
  ends("end");
  EXPECT_EQ(at.lookups, 0U);
}

TEST_F(MakesRoom, who_waits_for_the_origin) {
  ASSERT_TRUE(at.dialling());
  ends("end");
}

TEST_F(MakesRoom, who_has_the_origin_waiting) {
  ASSERT_TRUE(at.dialling());
  at.may_connect();
  ASSERT_TRUE(at.until([&] { return at.origins.size() == 1; }));
  at.go_on();
  ends("end");
  EXPECT_TRUE(at.until([&] { return !at.origins[0]->ending.empty(); }));
}

TEST_F(MakesRoom, a_stranger_that_the_origin_ends) {
  const auto hello = at.hello_of(Who::stranger, 0);
  at.send(hello);
  at.may_connect();
  ASSERT_TRUE(at.until([&] { return !at.origins.empty() && at.origins[0]->got.size() == hello.size(); }));
  at.crowd();
  ASSERT_TRUE(at.until([&] { return at.origins[0]->ending == "end"; }));
  at.origins[0]->stream.finish();
  EXPECT_TRUE(at.until([&] { return at.visitor->ending == "end"; }));
}

TEST_F(MakesRoom, no_peer_whose_hello_has_come) {
  at.may_answer = false;
  at.send(at.hello_of(Who::peer, 0));
  at.may_connect();
  ASSERT_TRUE(at.until([&] { return !at.answers_at.empty(); }));
  at.crowd();
  at.go_on();
  at.answer_now();
  EXPECT_TRUE(at.until([&] { return at.visitor->got.starts_with("\x16\x03\x03"); }));
  EXPECT_THAT(at.visitor->ending, IsEmpty());
}

TEST(CoverGate, a_peer_that_stalls_is_ended_by_the_clock_of_the_origin) {
  GatedVisit at;
  auto measured = htx::builtin_profiles().front();
  measured.stall_after = milliseconds(100);
  at.gate.set_profiles(htx::MirrorProfiles({measured}));
  at.send(at.hello_of(Who::peer, 0));
  ASSERT_TRUE(at.dialling());
  const auto opened = GatedVisit::Clock::now();
  while (GatedVisit::Clock::now() < opened + 2 * measured.stall_after) at.go_on();
  const auto connected = GatedVisit::Clock::now();
  at.may_connect();
  ASSERT_TRUE(at.until([&] { return !at.visitor->ending.empty(); }));
  EXPECT_GE(GatedVisit::Clock::now(), connected + measured.stall_after)
      << "not counted from the visitor's own connection";
  EXPECT_EQ(at.visitor->ending, "end");
}

}  // namespace
}  // namespace qnet::mirror
