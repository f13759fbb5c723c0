// TLS does not protect how messages are cut into records, nor records in clear. Both sides take what a
// browser and nginx take of it, and end over the rest. tests/probing/test_rewritten_records.py compares them
// with those two.
#include "protocol/client_hello/testing/rewritten.hpp"
#include "transport/htx/testing/handshake_fixture.hpp"

namespace qnet::htx {
namespace {

using client_hello::testing::alert;
using client_hello::testing::before;
using client_hello::testing::behind;
using client_hello::testing::change_cipher_spec;
using client_hello::testing::copy;
using client_hello::testing::cut;
using client_hello::testing::empty_record;
using client_hello::testing::Rewrite;
using client_hello::testing::rewritten;
using client_hello::testing::says_length;
using client_hello::testing::times;
using client_hello::testing::version;

constexpr std::uint8_t kUnrecognisedName = 112;
using client_hello::kUserCanceled;

struct Row {
  const char* name;
  Rewrite rewrite;
};

/// What may become of the first message of either side.
std::vector<Row> harmless_to_both_hellos() {
  const auto spec = change_cipher_spec();
  return {{"version 0x0300", version(3, 0)},
          {"version 0x0301", version(3, 1)},
          {"version 0x03ff", version(3, 0xff)},
          {"cut behind its first byte",
           [](auto it) {
             auto first = copy(it.first(6));
             first[4] = 1;
             first[3] = 0;
             client_hello::append_record_header(first, client_hello::kHandshake, it.size() - 6);
             base::append(first, it.subspan(6));
             return first;
           }},
          {"cut in two", cut(80)},
          {"cut into single bytes", cut(1)},
          {"an empty record in front", before(empty_record())},
          {"32 empty records in front", before(times(32, empty_record()))},
          {"32 empty records inside", cut(80, times(32, empty_record()))},
          {"a ChangeCipherSpec behind", behind(spec)},
          {"31 ChangeCipherSpecs behind", behind(times(31, spec))}};
}

std::vector<Row> harmful_to_both_hellos() {
  const auto spec = change_cipher_spec();
  return {{"version 0x0203", version(2, 3)},
          {"33 empty records in front", before(times(33, empty_record()))},
          {"33 empty records inside", cut(80, times(33, empty_record()))},
          {"a ChangeCipherSpec in front", before(spec)},
          {"a ChangeCipherSpec inside", cut(80, spec)},
          {"close_notify in front", before(alert(1, 0))},
          {"a fatal alert in front", before(alert(2, 40))},
          {"an application record in front", before({client_hello::kApplicationData, 3, 3, 0, 1, 0})}};
}

class RewrittenRecords : public testing::Handshake {
 protected:
  /// The whole handshake, with record `which` of the relay's flight rewritten, and of the client's.
  bool goes_on(std::size_t down, const Rewrite& rewrite_down, std::size_t up, const Rewrite& rewrite_up) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    const auto taken = initiator.receive(rewritten(answer_of(responder), down, rewrite_down));
    refused_ = initiator.refusal();
    if (!taken || !*taken) return false;
    const auto finished = initiator.finish(base::bytes_of("first"));
    const auto done = responder.receive(rewritten(finished->flight, up, rewrite_up));
    if (!done || !*done) return false;
    const auto answered = responder.finish();
    EXPECT_EQ(finished->keys.handshake_hash, answered.keys.handshake_hash);
    return base::text_of(answered.first) == "first";
  }
  bool client_goes_on(std::size_t record, const Rewrite& rewrite) {
    return goes_on(record, rewrite, 0, copy);
  }
  bool relay_goes_on(std::size_t record, const Rewrite& rewrite) { return goes_on(0, copy, record, rewrite); }

  /// The same for the hello.
  bool recognises(const Rewrite& rewrite) {
    auto initiator = start(config());
    auto decision = examine(rewrite(initiator.hello()));
    auto* const responder = std::get_if<Responder>(&decision);
    if (responder == nullptr) return false;
    const auto answer = answer_of(*responder);
    EXPECT_FALSE(responder->receive({}).value());  // what came with the hello
    EXPECT_TRUE(initiator.receive(answer).value());
    const auto finished = initiator.finish(base::bytes_of("first"));
    return responder->receive(finished->flight).value() &&
           base::text_of(responder->finish().first) == "first";
  }

  base::Bytes refused_;  // what the client said to the last flight
};

constexpr std::size_t kServerHello = 0;
constexpr std::size_t kChange = 1;       // of the relay's flight
constexpr std::size_t kFirstSealed = 2;  // likewise
constexpr std::size_t kOwnChange = 0;    // of the client's
constexpr std::size_t kFinished = 1;
constexpr std::size_t kFirstData = 2;

TEST_P(RewrittenRecords, client_refuses_a_server_hello_over_100_kib_by_its_header) {
  EXPECT_FALSE(client_goes_on(kServerHello, says_length(102'401)));
  EXPECT_EQ(base::to_hex(refused_), "1503010002022f");
  EXPECT_FALSE(client_goes_on(kServerHello, says_length(102'400)));
  EXPECT_NE(base::to_hex(refused_), "1503010002022f");
}

TEST_P(RewrittenRecords, client_goes_on_where_chromium_does) {
  for (const auto& [name, rewrite] : harmless_to_both_hellos())
    EXPECT_TRUE(client_goes_on(kServerHello, rewrite)) << name;
  const auto warning = alert(1, kUnrecognisedName);
  EXPECT_TRUE(client_goes_on(kServerHello, before(warning)));
  EXPECT_TRUE(client_goes_on(kServerHello, before(times(4, warning))));
  EXPECT_TRUE(client_goes_on(kServerHello, cut(80, warning)));
  EXPECT_TRUE(client_goes_on(kChange, [](auto) { return base::Bytes(); })) << "dropped";
  EXPECT_TRUE(client_goes_on(kChange, [](auto it) { return times(32, it); }));
  EXPECT_TRUE(client_goes_on(kFirstSealed, behind(times(32, change_cipher_spec())))) << "32 in a row";
}

TEST_P(RewrittenRecords, client_ends_where_chromium_does_and_says_the_same) {
  for (const auto& [name, rewrite] : harmful_to_both_hellos())
    EXPECT_FALSE(client_goes_on(kServerHello, rewrite)) << name;
  const auto alert_for = [&](const Rewrite& rewrite) {
    EXPECT_FALSE(client_goes_on(kServerHello, rewrite));
    return base::to_hex(refused_);
  };
  EXPECT_EQ(alert_for(version(2, 3)), "15030100020246");
  EXPECT_EQ(alert_for(before(change_cipher_spec())), "1503010002020a");
  EXPECT_EQ(alert_for(before(times(5, alert(1, kUnrecognisedName)))), "1503010002020a");
  EXPECT_EQ(alert_for(before(alert(2, 40))), "");
  EXPECT_EQ(alert_for(before(alert(1, 0))), "");
}

TEST_P(RewrittenRecords, client_that_has_keys_ends_with_a_sealed_alert) {
  const auto sealed_alert = [&](std::size_t record, const Rewrite& rewrite) {
    return !client_goes_on(record, rewrite) && refused_.size() == 6 + 5 + 19 &&
           base::to_hex(base::ByteView(refused_).first(11)) == "1403030001011703030013";
  };
  EXPECT_TRUE(sealed_alert(kServerHello, behind(empty_record())));
  EXPECT_TRUE(sealed_alert(kServerHello, behind(alert(1, kUserCanceled))));
  EXPECT_TRUE(sealed_alert(kServerHello, behind(times(32, change_cipher_spec())))) << "with its own 33";
  EXPECT_TRUE(sealed_alert(kServerHello, [](auto it) {
    auto longer = copy(it);
    longer[4] = static_cast<std::uint8_t>(longer[4] + 1);
    longer.push_back(8);
    return longer;
  })) << "a message that goes on behind the change of keys";
  EXPECT_TRUE(sealed_alert(kChange, version(3, 1)));
  for (const auto& [name, rewrite] :
       std::vector<Row>{{"version 0x0301", version(3, 1)},
                        {"version 0x0304", version(3, 4)},
                        {"cut in two", cut(20)},
                        {"an empty record", before({client_hello::kApplicationData, 3, 3, 0, 0})}})
    EXPECT_TRUE(sealed_alert(kFirstSealed, rewrite)) << name;
}

TEST_P(RewrittenRecords, relay_takes_a_peers_sealed_alert_for_one_and_no_other) {
  const auto answer_to = [&](auto change) {
    auto initiator = start(config());
    auto decision = examine(initiator.hello());
    auto& responder = std::get<Responder>(decision);
    EXPECT_FALSE(initiator.receive(rewritten(answer_of(responder), kFirstSealed, version(3, 1))));
    auto words = initiator.refusal();
    change(words);
    const auto done = responder.receive(words);
    EXPECT_FALSE(done);
    return responder.refusal(done.error(), random).size();
  };
  EXPECT_EQ(answer_to([](auto&) {}), 0U) << "nginx says nothing to an alert";
  EXPECT_EQ(answer_to([](auto& words) { words.back() ^= 1U; }), 5U + 19U);
  EXPECT_EQ(answer_to([&](auto& words) { random.fill(base::MutableBytes(words).last(19)); }), 5U + 19U);
}

TEST_P(RewrittenRecords, relay_recognises_a_hello_where_nginx_goes_on) {
  for (const auto& [name, rewrite] : harmless_to_both_hellos()) EXPECT_TRUE(recognises(rewrite)) << name;
  EXPECT_TRUE(recognises(behind(alert(1, kUserCanceled))));
}

TEST_P(RewrittenRecords, relay_leaves_a_hello_to_the_origin_where_nginx_ends) {
  for (const auto& [name, rewrite] : harmful_to_both_hellos()) EXPECT_FALSE(recognises(rewrite)) << name;
  const auto initiator = start(config());
  for (const auto& more : {alert(2, 40), alert(1, 0), empty_record(), base::Bytes{0x17},
                           base::Bytes{client_hello::kChangeCipherSpec, 3, 1}})
    EXPECT_TRUE(std::holds_alternative<Gate::Visit>(examine(behind(more)(initiator.hello()))));
}

TEST_P(RewrittenRecords, relay_counts_what_came_with_the_hello_and_may_end_there) {
  const auto initiator = start(config());
  auto decision = examine(behind(times(33, change_cipher_spec()))(initiator.hello()));
  auto& responder = std::get<Responder>(decision);
  (void)answer_of(responder);
  EXPECT_TRUE(responder.receive({}).error().is(Errc::bad_record));
}

TEST_P(RewrittenRecords, relay_takes_the_second_flight_where_nginx_does) {
  const auto canceled = alert(1, kUserCanceled);
  EXPECT_TRUE(relay_goes_on(kOwnChange, [](auto) { return base::Bytes(); })) << "dropped";
  EXPECT_TRUE(relay_goes_on(kOwnChange, [](auto it) { return times(32, it); }));
  EXPECT_TRUE(relay_goes_on(kOwnChange, before(canceled)));
  EXPECT_TRUE(relay_goes_on(kOwnChange, [&](auto it) {
    auto bytes = times(32, it);
    base::append(bytes, canceled);
    base::append(bytes, times(32, it));
    return bytes;
  })) << "32 in a row";
}

TEST_P(RewrittenRecords, relay_refuses_the_second_flight_where_nginx_does) {
  EXPECT_FALSE(relay_goes_on(kOwnChange, version(3, 1)));
  EXPECT_FALSE(relay_goes_on(kOwnChange, [](auto it) { return times(33, it); }));
  EXPECT_FALSE(relay_goes_on(kOwnChange, before(empty_record())));
  EXPECT_FALSE(relay_goes_on(kOwnChange, before({client_hello::kAlert, 3, 1, 0, 2, 1, kUserCanceled})));
  EXPECT_FALSE(relay_goes_on(kOwnChange, before(times(5, alert(1, kUserCanceled)))));
  for (const auto record : {kFinished, kFirstData}) {
    EXPECT_FALSE(relay_goes_on(record, version(3, 1)));
    EXPECT_FALSE(relay_goes_on(record, version(3, 4)));
    EXPECT_FALSE(relay_goes_on(record, cut(20)));
    EXPECT_FALSE(relay_goes_on(record, before({client_hello::kApplicationData, 3, 3, 0, 0})));
  }
  EXPECT_FALSE(relay_goes_on(kFinished, behind(change_cipher_spec()))) << "behind Finished";
}

INSTANTIATE_TEST_SUITE_P(Profiles, RewrittenRecords,
                         ::testing::Range(std::size_t{0}, builtin_profiles().size()),
                         [](const auto& chosen) { return chosen.param == 0 ? "x25519" : "x25519_mlkem768"; });

}  // namespace
}  // namespace qnet::htx
