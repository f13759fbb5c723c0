// A relay's limits on what comes in place of a second flight are those that its origin was measured to have.
// tests/probing/test_other_stacks.py compares it with origins of six TLS libraries.
#include "protocol/client_hello/testing/rewritten.hpp"
#include "transport/htx/testing/handshake_fixture.hpp"

namespace qnet::htx {
namespace {

using client_hello::testing::alert;
using client_hello::testing::change_cipher_spec;
using client_hello::testing::copy;
using client_hello::testing::empty_record;
using client_hello::testing::joined;
using client_hello::testing::times;

class OriginsTolerance : public testing::Handshake {
 protected:
  void use(const Tolerance& tolerance) {
    auto changed = profile();
    changed.bad_finished = kAlert;
    changed.plain_alert = {};
    changed.tolerance = tolerance;
    gate.set_profiles(MirrorProfiles({changed}));
  }

  /// A responder that has answered.
  Responder responder() {
    auto decision = examine(start(config()).hello());
    auto made = std::move(std::get<Responder>(decision));
    (void)answer_of(made);
    return made;
  }

  /// What is said to `words` in place of a second flight: body sizes; nothing while more is waited for.
  std::optional<std::size_t> answer_to(base::ByteView words) {
    auto made = responder();
    const auto done = made.receive(words);
    if (done) return std::nullopt;
    return made.refusal(done.error(), random).size();
  }

  static inline const std::vector<std::size_t> kAlert = {19};
  static constexpr std::size_t kRefusal = 5 + 19;
};

TEST_P(OriginsTolerance, sets_how_many_change_cipher_specs_are_dropped) {
  for (const std::size_t most : {1U, 16U, 32U, 200U}) {
    use({.change_cipher_specs = most});
    EXPECT_EQ(answer_to(times(static_cast<unsigned>(most), change_cipher_spec())), std::nullopt) << most;
    EXPECT_EQ(answer_to(times(static_cast<unsigned>(most) + 1, change_cipher_spec())), kRefusal) << most;
  }
}

TEST_P(OriginsTolerance, has_no_end_where_the_origin_has_no_limit) {
  use({.change_cipher_specs = ToleranceLimits::no_limit});
  auto made = responder();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(made.receive(times(100, change_cipher_spec())));
}

TEST_P(OriginsTolerance, sets_how_many_cancellations_are_dropped) {
  const auto canceled = alert(1, client_hello::kUserCanceled);
  use({.cancellations = 4});
  EXPECT_EQ(answer_to(times(4, canceled)), std::nullopt);
  EXPECT_EQ(answer_to(times(5, canceled)), kRefusal);
  use({.cancellations = 0});
  EXPECT_EQ(answer_to(canceled), 0U) << "an alert like others";
}

TEST_P(OriginsTolerance, decides_whether_a_hello_with_a_cancellation_behind_it_is_the_relays) {
  const auto with = [&] {
    return joined(copy(start(config()).hello()), alert(1, client_hello::kUserCanceled));
  };
  use({.cancellations = 4});
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(with())));
  use({.cancellations = 0});
  EXPECT_TRUE(std::holds_alternative<Gate::Visit>(examine(with())));
}

TEST_P(OriginsTolerance, decides_whether_an_empty_record_may_begin_a_hello) {
  use({.empty_records_first = true});
  EXPECT_TRUE(std::holds_alternative<Gate::NeedMore>(examine(empty_record())));
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(joined(empty_record(), start(config()).hello()))));
  use({.empty_records_first = false});
  EXPECT_TRUE(std::holds_alternative<Gate::Visit>(examine(empty_record())));
  EXPECT_TRUE(std::holds_alternative<Responder>(examine(start(config()).hello())));
}

TEST_P(OriginsTolerance, says_when_a_record_of_an_unknown_type_is_refused) {
  const base::Bytes unknown{99, 3, 3, 0, 2, 1, 2};
  const base::Bytes heartbeat{24, 3, 3, 0, 2, 1, 2};
  const auto header = [](const base::Bytes& record) { return base::ByteView(record).first(5); };
  for (const auto& [last, of_unknown, of_heartbeat] :
       {std::tuple(23, true, true), std::tuple(24, true, false), std::tuple(255, false, false)}) {
    use({.last_type = static_cast<std::uint8_t>(last)});
    EXPECT_EQ(answer_to(header(unknown)).has_value(), of_unknown) << last;
    EXPECT_EQ(answer_to(header(heartbeat)).has_value(), of_heartbeat) << last;
    EXPECT_EQ(answer_to(unknown), kRefusal) << last;
    EXPECT_EQ(answer_to(heartbeat), kRefusal) << last;
  }
}

TEST_P(OriginsTolerance, says_whether_versions_count) {
  const base::Bytes change{client_hello::kChangeCipherSpec, 3, 1, 0, 1, 1};
  const auto finished = client_hello::testing::version(3, 5)(joined({23, 3, 3, 0, 16}, base::Bytes(16)));
  use({.judges_versions = true});
  EXPECT_EQ(answer_to(base::ByteView(change).first(5)), kRefusal);
  EXPECT_EQ(answer_to(base::ByteView(finished).first(5)), kRefusal);
  use({.judges_versions = false});
  EXPECT_EQ(answer_to(change), std::nullopt);
  EXPECT_EQ(answer_to(base::ByteView(finished).first(5)), std::nullopt);
  EXPECT_EQ(answer_to(finished), kRefusal) << "it is authenticated";
}

TEST_P(OriginsTolerance, says_how_much_is_read_at_once) {
  use({.read_ahead = 576});
  EXPECT_EQ(responder().reads_at_once(), 576U);
  use({.read_ahead = 0});
  auto made = responder();
  EXPECT_EQ(made.reads_at_once(), 5U);
  const base::Bytes record{client_hello::kApplicationData, 3, 3, 0, 53};
  ASSERT_TRUE(made.receive(base::ByteView(record).first(2)));
  EXPECT_EQ(made.reads_at_once(), 3U);
  ASSERT_TRUE(made.receive(base::ByteView(record).subspan(2)));
  EXPECT_EQ(made.reads_at_once(), 53U);
}

TEST_P(OriginsTolerance, says_what_a_client_gets_that_ends) {
  EXPECT_EQ(responder().ended(random).size(), 0U);
  use({.early_end = {19}});
  EXPECT_EQ(responder().ended(random).size(), 5U + 19U);
}

INSTANTIATE_TEST_SUITE_P(Profiles, OriginsTolerance,
                         ::testing::Range(std::size_t{0}, builtin_profiles().size()),
                         [](const auto& chosen) { return chosen.param == 0 ? "x25519" : "x25519_mlkem768"; });

}  // namespace
}  // namespace qnet::htx
