#include "transport/calibration/report.hpp"

#include <gmock/gmock.h>

#include "foundation/crypto/self_signed.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/error.hpp"
#include "transport/calibration/error.hpp"

namespace qnet::calibration {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::system_clock::time_point kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 27);

std::shared_ptr<const crypto::CertificateChain> certificate(hours left) {
  const std::string names[] = {"www.example.com"};
  const auto made = crypto::self_signed(names, kNow - days(30), kNow + left);
  return std::make_shared<crypto::CertificateChain>(
      crypto::CertificateChain::parse({made->certificate}).value());
}

/// An origin with nothing to be said against it.
Study good_study() {
  Study study;
  Sample sample;
  sample.flight.alpn = "h2";
  sample.ending = Ending::fin;
  sample.connected_after = milliseconds(2);
  sample.answered_after = milliseconds(3);
  sample.certificates = certificate(days(90));
  study.samples = {sample};
  study.corrupted = {{19}, false, Ending::fin};
  study.profile.cipher_suite = 0x1301;
  study.profile.group = client_hello::kX25519MlKem768;
  study.profile.flight = {{{36}, {1}, false}, {{93, 97}, {1, 1}, true}, {{53}, {1}, false}};
  study.profile.after_finished = {266, 266};
  return study;
}

class CoverReport : public ::testing::Test {
 protected:
  CoverReport() {
    report.origin = "192.0.2.1:443";
    report.name = "www.example.com";
    report.addresses = {"192.0.2.1", "192.0.2.2"};
    report.rows.push_back({"chromium-156", good_study()});
    report.now = kNow;
  }
  [[nodiscard]] Study& study() { return *report.rows.front().study; }
  [[nodiscard]] Sample& sample() { return study().samples.front(); }
  void expect_warning(const std::string& words) {
    EXPECT_TRUE(usable(report));
    EXPECT_THAT(to_text(report), HasSubstr("WARNING: "));
    EXPECT_THAT(to_text(report), HasSubstr(words));
    EXPECT_THAT(to_text(report), EndsWith("USABLE: a relay can mirror it; mind the above.\n"));
  }

  Report report;
};

TEST_F(CoverReport, names_the_origin_and_what_each_browser_saw) {
  const auto text = to_text(report);
  EXPECT_THAT(text, HasSubstr("192.0.2.1:443 as www.example.com (192.0.2.1, 192.0.2.2)"));
  EXPECT_THAT(text, HasSubstr("suite 1301, X25519MLKEM768, h2; flight 36 | 93-97 53; then 266 266"));
  EXPECT_THAT(text, HasSubstr("until 2027-02-25, from CN = www.example.com"));
  EXPECT_THAT(text, HasSubstr("connected in 2.0 ms, answered in 3.0 ms"));
  EXPECT_THAT(text, HasSubstr("a wrong Finished gets 19, then FIN; a good-bye gets FIN"));
}

TEST_F(CoverReport, calls_an_origin_good_that_needs_no_warning) {
  EXPECT_TRUE(usable(report));
  EXPECT_THAT(to_text(report), Not(HasSubstr("WARNING")));
  EXPECT_THAT(to_text(report), EndsWith("GOOD: a relay can mirror it.\n"));
}

TEST_F(CoverReport, tells_a_server_that_says_little) {
  study().profile.after_finished.clear();
  study().corrupted = {{}, false, Ending::reset};
  sample().ending = Ending::open;
  EXPECT_THAT(to_text(report), HasSubstr("; then nothing"));
  EXPECT_THAT(to_text(report), HasSubstr("a wrong Finished gets nothing, then RST; a good-bye gets silence"));
}

TEST_F(CoverReport, tells_which_tickets_do_not_wait_for_the_client) {
  study().profile.before_finished = {147};
  EXPECT_THAT(to_text(report), HasSubstr("36 | 93-97 53, unasked 147; then 266 266"));
}

TEST_F(CoverReport, tells_how_the_server_usually_takes_its_leave) {
  study().samples.resize(3, sample());
  sample().ending = Ending::open;
  EXPECT_THAT(to_text(report), HasSubstr("a good-bye gets FIN"));
}

TEST_F(CoverReport, tells_how_a_certificate_was_sent) {
  sample().flight.stapled = sample().flight.compressed_certificate = true;
  EXPECT_THAT(to_text(report), HasSubstr(", with OCSP stapling, compressed"));
}

TEST_F(CoverReport, warns_of_an_origin_in_another_network) {
  report.other_network = "203.0.113.9";
  expect_warning("another network than the relay at 203.0.113.9");
}

TEST_F(CoverReport, warns_of_a_certificate_that_browsers_would_not_trust) {
  report.trust = base::Error(crypto::CertificateErrc::untrusted);
  expect_warning("Browsers would warn of its certificate");
  EXPECT_THAT(to_text(report), HasSubstr(report.trust->message()));
}

TEST_F(CoverReport, warns_of_a_certificate_that_ends_within_two_weeks) {
  sample().certificates = certificate(days(14) - hours(1));
  expect_warning("Its certificate ends soon");
}

TEST_F(CoverReport, warns_of_an_origin_without_http2) {
  sample().flight.alpn.clear();
  expect_warning("does not speak HTTP/2");
  EXPECT_THAT(to_text(report), HasSubstr("no ALPN"));
}

TEST_F(CoverReport, warns_of_sessions_without_post_quantum_secrecy) {
  study().profile.group = client_hello::kX25519;
  expect_warning("no post-quantum secrecy");
}

TEST_F(CoverReport, warns_of_an_origin_that_is_usually_far_away) {
  study().samples.resize(3, sample());
  sample().connected_after = milliseconds(500);
  EXPECT_THAT(to_text(report), EndsWith("GOOD: a relay can mirror it.\n")) << "one slow visit is not usual";
  study().samples[1].connected_after = milliseconds(21);
  expect_warning("It is far from here");
}

TEST_F(CoverReport, warns_where_one_browser_cannot_be_mirrored) {
  report.rows.push_back({"curl", base::fail(Errc::unsteady)});
  expect_warning("Peers that look like curl get another browser's answer.");
  EXPECT_THAT(to_text(report), HasSubstr("curl                   cannot be mirrored: "));
}

TEST_F(CoverReport, calls_an_origin_unsuitable_that_no_browser_could_mirror) {
  report.rows = {{"chromium-156", base::fail(tls::Errc::tls12)}};
  EXPECT_FALSE(usable(report));
  EXPECT_THAT(to_text(report), HasSubstr("UNSUITABLE: "));
  EXPECT_THAT(to_text(report), EndsWith("Choose another site.\n"));
}

TEST_F(CoverReport, says_that_an_origin_which_was_not_reached_may_be_tried_again) {
  report.rows = {{"chromium-156", base::fail(Errc::timed_out)}};
  EXPECT_FALSE(usable(report));
  EXPECT_THAT(to_text(report), HasSubstr("NOT REACHED: the origin does not answer in time."));
}

TEST(Unsuitable, is_what_the_origin_itself_is) {
  EXPECT_TRUE(unsuitable(tls::Errc::hello_retry));
  EXPECT_TRUE(unsuitable(crypto::CertificateErrc::expired));
  EXPECT_TRUE(unsuitable(Errc::unknown_form));
}

TEST(Unsuitable, is_not_what_may_pass) {
  EXPECT_FALSE(unsuitable(Errc::timed_out));
  EXPECT_FALSE(unsuitable(Errc::unsteady));
  EXPECT_FALSE(unsuitable(crypto::CertificateErrc::no_authorities));
}

}  // namespace
}  // namespace qnet::calibration
