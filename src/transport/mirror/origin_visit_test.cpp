#include "transport/mirror/origin_visit.hpp"

#include <gmock/gmock.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/testing/run.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/error.hpp"
#include "transport/calibration/error.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::mirror {
namespace {

using calibration::Ending;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Manners;
using testing::Origin;
using ::testing::SizeIs;

/// The body of a sealed record with an alert: two bytes, the type inside, and the tag.
constexpr std::size_t kSealedAlert = 2 + 1 + 16;

class Visit : public ::testing::Test {
 protected:
  base::Result<calibration::Sample> visit() {
    return net::testing::run(io, mirror::visit(origin.address(), browser, random, times));
  }
  base::Result<calibration::CorruptedSample> corrupt(Corruption how) {
    return net::testing::run(io, visit_and_corrupt(origin.address(), browser, how, random, times));
  }
  base::Result<std::optional<IdleSample>> rest() {
    return net::testing::run(io, visit_and_rest(origin.address(), browser, random, times));
  }
  base::Result<std::optional<IdleSample>> stall() {
    return net::testing::run(io, visit_and_stall(origin.address(), browser, random, times));
  }

  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{1};
  VisitTimes times = testing::short_times();
  const client_hello::Template& browser = client_hello::builtin_templates().front();
};

TEST_F(Visit, learns_the_records_of_the_servers_flight) {
  const auto sample = visit();
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_EQ(sample->flight.group, client_hello::kX25519);
  EXPECT_EQ(sample->flight.alpn, "h2");
  ASSERT_EQ(sample->server_flight.size(), sample->flight.records);
  ASSERT_THAT(sample->server_flight, SizeIs(Ge(3U)));
  EXPECT_EQ(sample->server_flight[0].record.type, client_hello::kHandshake);
  EXPECT_EQ(sample->server_flight[1].record.type, client_hello::kChangeCipherSpec);
  EXPECT_EQ(sample->server_flight[2].record.type, client_hello::kApplicationData);
  EXPECT_EQ(sample->ecdsa_bits, 256U);
  EXPECT_GT(sample->answered_after.count(), 0);
  EXPECT_EQ(origin.handshakes, 1U);
}

TEST_F(Visit, learns_the_session_tickets) {
  const auto two = visit();
  ASSERT_TRUE(two) << two.error().message();
  EXPECT_THAT(two->before_finished, IsEmpty()) << "OpenSSL waits for the client's Finished";
  EXPECT_THAT(two->after_finished, SizeIs(2));
  origin.manners.tickets = 0;
  const auto none = visit();
  ASSERT_TRUE(none) << none.error().message();
  EXPECT_THAT(none->after_finished, IsEmpty());
}

TEST_F(Visit, says_a_browsers_first_words_and_learns_what_they_get) {
  const auto sample = visit();
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_THAT(sample->after_first, ElementsAre(origin.manners.answer.size() + 1 + 16));
  EXPECT_THAT(origin.heard, HasSubstr("PRI * HTTP/2.0"));
}

TEST_F(Visit, says_nothing_where_the_browser_would_not_speak_http2) {
  origin.manners.http2 = false;
  const auto sample = visit();
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_THAT(sample->after_first, IsEmpty());
  EXPECT_EQ(origin.heard, "");
}

TEST_F(Visit, learns_how_the_server_takes_its_leave) {
  const auto sample = visit();
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_THAT(sample->good_bye, ElementsAre(kSealedAlert));
  EXPECT_EQ(sample->ending, Ending::fin);
}

TEST_F(Visit, with_a_wrong_finished_sees_the_alert) {
  const auto sample = corrupt(Corruption::finished);
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_THAT(sample->records, ElementsAre(kSealedAlert));
  EXPECT_FALSE(sample->in_clear);
  EXPECT_EQ(sample->ending, Ending::fin);
  EXPECT_EQ(origin.handshakes, 0U);
}

TEST_F(Visit, with_an_alert_for_a_finished_sees_the_end) {
  const auto sample = corrupt(Corruption::alert);
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_NE(sample->ending, Ending::open);
  EXPECT_EQ(origin.handshakes, 0U);
}

TEST_F(Visit, fails_where_connections_are_refused) {
  origin.stop();
  EXPECT_TRUE(visit().error().is(net::Errc::refused));
  EXPECT_TRUE(corrupt(Corruption::finished).error().is(net::Errc::refused));
  EXPECT_TRUE(rest().error().is(net::Errc::refused));
  EXPECT_TRUE(stall().error().is(net::Errc::refused));
}

TEST_F(Visit, fails_where_the_server_hangs_up_or_says_nothing) {
  origin.manners.greeting = Manners::Greeting::hangs_up;
  EXPECT_TRUE(visit().error().is(calibration::Errc::timed_out));
  origin.manners.greeting = Manners::Greeting::says_nothing;
  times.handshake = milliseconds(16);
  EXPECT_TRUE(visit().error().is(calibration::Errc::timed_out));
}

TEST_F(Visit, gives_up_on_a_server_that_does_not_stop_talking) {
  origin.manners.babbles = true;
  times.talk = milliseconds(0);
  const auto sample = visit();
  ASSERT_FALSE(sample);
  EXPECT_TRUE(sample.error().is(calibration::Errc::unknown_form)) << sample.error().message();
  EXPECT_THAT(sample.error().message(), HasSubstr("stop talking"));
}

TEST_F(Visit, calls_an_old_tls_unsuitable) {
  origin.manners.highest = TLS1_2_VERSION;
  const auto sample = visit();
  ASSERT_FALSE(sample);
  EXPECT_TRUE(sample.error().is(tls::Errc::tls12)) << sample.error().message();
  EXPECT_TRUE(calibration::unsuitable(sample.error()));
}

TEST_F(Visit, believes_only_the_authorities_that_it_was_given) {
  const Origin other(io);
  auto address = origin.address();
  address.authorities = other.address().authorities;
  const auto sample = net::testing::run(io, mirror::visit(address, browser, random, times));
  ASSERT_FALSE(sample);
  EXPECT_TRUE(sample.error().is(crypto::CertificateErrc::untrusted)) << sample.error().message();
}

TEST_F(Visit, that_rests_learns_when_the_server_ends_an_idle_connection) {
  // Longer than the visitor listens for more of the answer: some of the round trips that it measured, which a
  // busy machine makes long.
  origin.manners.rests_after_request = 1500;
  times.idle = std::chrono::seconds(10);
  const auto end = rest();
  ASSERT_TRUE(end) << end.error().message();
  ASSERT_TRUE(end->has_value());
  EXPECT_GT((*end)->after, milliseconds(0));
  EXPECT_THAT((*end)->records, ElementsAre(kSealedAlert));
}

TEST_F(Visit, that_rests_learns_nothing_from_a_server_that_goes_on_waiting) {
  const auto end = rest();
  ASSERT_TRUE(end) << end.error().message();
  EXPECT_FALSE(end->has_value());
  EXPECT_EQ(testing::name_asked_for(origin.heard), Origin::kName) << "the request";
}

TEST_F(Visit, that_rests_asks_nothing_where_there_is_no_http2) {
  origin.manners.http2 = false;
  const auto end = rest();
  ASSERT_TRUE(end) << end.error().message();
  EXPECT_FALSE(end->has_value());
  EXPECT_EQ(origin.heard, "");
}

TEST_F(Visit, that_stalls_learns_when_the_server_ends_an_unfinished_handshake) {
  origin.manners.waits_for_finished = 20;
  times.idle = std::chrono::seconds(10);
  const auto end = stall();
  ASSERT_TRUE(end) << end.error().message();
  ASSERT_TRUE(end->has_value());
  EXPECT_GE((*end)->after, milliseconds(20));
  EXPECT_THAT((*end)->records, IsEmpty());
  EXPECT_EQ(origin.handshakes, 0U);
}

TEST_F(Visit, that_stalls_learns_nothing_from_a_server_that_goes_on_waiting) {
  const auto end = stall();
  ASSERT_TRUE(end) << end.error().message();
  EXPECT_FALSE(end->has_value());
}

}  // namespace
}  // namespace qnet::mirror
