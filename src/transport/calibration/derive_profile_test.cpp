#include "transport/calibration/derive_profile.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::calibration {
namespace {

using std::chrono::microseconds;

/// nginx with an ECDSA P-256 certificate; the signature had 71 bytes.
Sample nginx() {
  Sample sample;
  sample.flight.cipher_suite = 0x1301;
  sample.flight.group = client_hello::kX25519;
  sample.flight.hello_extensions = {0x002b, 0x0033};
  sample.flight.signature_size = 71;
  sample.flight.signature_record = 4;
  const std::pair<std::uint8_t, std::size_t> records[] = {{22, 122}, {20, 1},  {23, 36},
                                                          {23, 455}, {23, 96}, {23, 53}};
  for (const auto& [type, size] : records) sample.server_flight.push_back({{type, size, 22}, false});
  sample.after_finished = {266, 266, 57};
  sample.after_first = {26};
  sample.ecdsa_bits = 256;
  sample.connected_after = microseconds(300);
  sample.answered_after = microseconds(900);
  return sample;
}

const CorruptedSample kCorrupted{{19}, false, Ending::fin};
const CorruptedSample kAlerted{{}, false, Ending::fin};

TEST(DeriveProfile, takes_over_what_every_visit_showed) {
  std::vector<Sample> samples{nginx(), nginx(), nginx()};
  samples[0].answered_after = microseconds(15'000);
  const auto profile = derive_profile(samples, kCorrupted, kAlerted);
  ASSERT_TRUE(profile) << profile.error().message();
  EXPECT_EQ(profile->cipher_suite, 0x1301);
  EXPECT_TRUE(profile->change_cipher_spec);
  ASSERT_EQ(profile->flight.size(), 4U);
  EXPECT_EQ(profile->flight[0].lengths, std::vector<std::size_t>{36});
  EXPECT_EQ(profile->after_finished, (std::vector<std::size_t>{266, 266, 57}));
  EXPECT_EQ(profile->after_first, std::vector<std::size_t>{26});
  EXPECT_EQ(profile->bad_finished, std::vector<std::size_t>{19});
  EXPECT_TRUE(profile->plain_alert.empty());
  EXPECT_EQ(profile->answer_after, (std::vector<microseconds>{microseconds(900), microseconds(900)}));
}

/// caddy, which is Go's TLS: a ticket behind the flight, SETTINGS behind the client's Finished.
Sample caddy() {
  auto sample = nginx();
  sample.before_finished = {147};
  sample.after_finished = {50};
  return sample;
}

TEST(DeriveProfile, keeps_tickets_at_the_step_at_which_the_origin_sends_them) {
  const std::vector<Sample> samples{caddy(), caddy(), caddy()};
  const auto profile = derive_profile(samples, kCorrupted, kAlerted);
  EXPECT_EQ(profile->before_finished, std::vector<std::size_t>{147});
  EXPECT_FALSE(profile->before_finished_starts_write);
  EXPECT_EQ(profile->after_finished, std::vector<std::size_t>{50});
}

TEST(DeriveProfile, counts_no_ticket_twice_that_was_late_for_its_step) {
  std::vector<Sample> samples{caddy(), caddy(), caddy()};
  samples[0].before_finished.clear();
  samples[0].after_finished = {147, 50};
  EXPECT_FALSE(agree(samples)) << "so there will be more visits";
  const auto profile = derive_profile(samples, kCorrupted, kAlerted);
  EXPECT_EQ(profile->before_finished, std::vector<std::size_t>{147});
  EXPECT_EQ(profile->after_finished, std::vector<std::size_t>{50});
}

TEST(DeriveProfile, notes_that_tickets_leave_in_a_write_of_their_own) {
  std::vector<Sample> samples{caddy(), caddy(), caddy()};
  samples[0].before_finished_after_pause = samples[1].before_finished_after_pause = true;
  EXPECT_TRUE(derive_profile(samples, kCorrupted, kAlerted)->before_finished_starts_write);
}

TEST(DeriveProfile, draws_an_ecdsa_signatures_length_as_der_does) {
  const std::vector<Sample> samples{nginx()};
  const auto record = derive_profile(samples, kCorrupted, kAlerted)->flight[2];
  EXPECT_EQ(record.lengths, (std::vector<std::size_t>{93, 94, 95, 96, 97}));
  EXPECT_EQ(std::accumulate(record.weights.begin(), record.weights.end(), 0U), 512U * 512U);
  EXPECT_EQ(record.weights[4], 256U * 256U);  // both integers with their first bit set
}

TEST(DeriveProfile, keeps_an_rsa_signatures_length) {
  auto sample = nginx();
  sample.ecdsa_bits = 0;
  const auto record = derive_profile({&sample, 1}, kCorrupted, kAlerted)->flight[2];
  EXPECT_EQ(record.lengths, std::vector<std::size_t>{96});
}

TEST(DeriveProfile, varies_the_one_record_that_holds_a_whole_flight) {
  auto sample = nginx();
  sample.server_flight.resize(2);
  sample.server_flight.push_back({{23, 640, 22}, false});
  sample.flight.signature_record = 2;
  const auto profile = derive_profile({&sample, 1}, kCorrupted, kAlerted);
  ASSERT_EQ(profile->flight.size(), 1U);
  EXPECT_EQ(profile->flight[0].lengths, (std::vector<std::size_t>{637, 638, 639, 640, 641}));
}

TEST(DeriveProfile, notes_where_the_origin_writes_anew) {
  std::vector<Sample> samples{nginx(), nginx(), nginx()};
  samples[0].server_flight[3].after_pause = true;
  samples[2].server_flight[3].after_pause = true;
  samples[1].server_flight[4].after_pause = true;
  const auto profile = derive_profile(samples, kCorrupted, kAlerted);
  EXPECT_TRUE(profile->flight[1].starts_write);
  EXPECT_FALSE(profile->flight[2].starts_write);
}

TEST(DeriveProfile, refuses_an_origin_that_answers_in_two_ways) {
  std::vector<Sample> samples{nginx(), nginx()};
  samples[1].flight.cipher_suite = 0x1302;
  EXPECT_TRUE(derive_profile(samples, kCorrupted, kAlerted).error().is(Errc::unsteady));
}

TEST(DeriveProfile, refuses_what_a_relay_cannot_send) {
  auto sample = nginx();
  sample.flight.hello_extensions.push_back(0x0029);
  EXPECT_TRUE(derive_profile({&sample, 1}, kCorrupted, kAlerted).error().is(Errc::unknown_form));
  sample = nginx();
  EXPECT_TRUE(
      derive_profile({&sample, 1}, {{2}, true, Ending::fin}, kAlerted).error().is(Errc::unknown_form));
}

TEST(DeriveProfile, refuses_records_that_qnet_cannot_write) {
  auto sample = nginx();
  sample.after_first = {17};  // an empty record: legal, and shorter than any of QNet's
  EXPECT_TRUE(derive_profile({&sample, 1}, kCorrupted, kAlerted).error().is(Errc::unknown_form));
  sample = nginx();
  sample.after_finished = {16'640};
  EXPECT_TRUE(derive_profile({&sample, 1}, kCorrupted, kAlerted).error().is(Errc::unknown_form));
  sample = nginx();
  sample.after_finished.assign(33, 266);
  EXPECT_TRUE(derive_profile({&sample, 1}, kCorrupted, kAlerted).error().is(Errc::unknown_form));
  // The signature's last byte in a record of its own, whose length would vary below nothing.
  sample = nginx();
  sample.server_flight[4].record.body_size = 18;
  sample.flight.signature_size = 72;
  EXPECT_TRUE(derive_profile({&sample, 1}, kCorrupted, kAlerted).error().is(Errc::unknown_form));
}

}  // namespace
}  // namespace qnet::calibration
