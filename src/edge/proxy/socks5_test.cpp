#include "edge/proxy/socks5.hpp"

#include <gtest/gtest.h>

#include "edge/proxy/testing/transcript.hpp"

namespace qnet::proxy {
namespace {

using peer::ConnectStatus;
using State = Dialogue::State;

base::Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

base::Bytes operator+(base::Bytes left, const base::Bytes& right) {
  base::append(left, right);
  return left;
}

base::Bytes text(std::string_view words) {
  const auto bytes = base::bytes_of(words);
  return {bytes.begin(), bytes.end()};
}

const std::optional<Credentials> kOpen;
const std::optional<Credentials> kClosed = Credentials{"alice", "secret"};

/// What the conversation comes to, which must not depend on how the bytes arrive.
testing::Transcript talk(const base::Bytes& input, const std::optional<Credentials>& credentials = kOpen) {
  const auto whole = testing::converse<Socks5>(input, input.size(), credentials);
  for (const std::size_t piece : {1U, 2U, 7U})
    EXPECT_EQ(testing::converse<Socks5>(input, piece, credentials), whole);
  return whole;
}

const base::Bytes kGreeting = hex("050100");
const base::Bytes kToName = hex("05010003"
                                "0b") +
                            text("example.com") + hex("01bb");

void expect_refused(const base::Bytes& input, std::string_view sent,
                    const std::optional<Credentials>& credentials = kOpen) {
  const auto result = talk(input, credentials);
  EXPECT_EQ(result.state, State::refused);
  EXPECT_EQ(base::to_hex(result.sent), sent);
  EXPECT_EQ(result.rest, base::Bytes{});
}

void expect_request(const base::Bytes& input, const Destination& destination, std::string_view sent,
                    const std::optional<Credentials>& credentials = kOpen) {
  const auto result = talk(input, credentials);
  EXPECT_EQ(result.state, State::requested);
  EXPECT_EQ(result.destination, destination);
  EXPECT_EQ(base::to_hex(result.sent), sent);
}

TEST(Socks5, takes_a_name_an_ipv4_and_an_ipv6_address) {
  expect_request(kGreeting + kToName, {"example.com", 443}, "0500");
  expect_request(kGreeting + hex("05010001"
                                 "c0000201"
                                 "0050"),
                 {"192.0.2.1", 80}, "0500");
  expect_request(kGreeting + hex("05010004"
                                 "20010db8000000000000000000000001"
                                 "1f90"),
                 {"2001:db8::1", 8080}, "0500");
}

TEST(Socks5, prints_ipv6_addresses_in_their_canonical_form) {
  // RFC 5952 §4, and the mapped form that the exit must recognise.
  const auto printed = [](std::string_view address) {
    return talk(kGreeting + hex("05010004") + hex(address) + hex("0050")).destination.host;
  };
  EXPECT_EQ(printed("00000000000000000000000000000000"), "::");
  EXPECT_EQ(printed("00000000000000000000000000000001"), "::1");
  EXPECT_EQ(printed("20010db8000000000001000000000001"), "2001:db8::1:0:0:1");
  EXPECT_EQ(printed("20010db8000000010001000100010001"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(printed("20010db80000000000000000000000ab"), "2001:db8::ab");
  EXPECT_EQ(printed("fe800000000000000000000000000000"), "fe80::");
  EXPECT_EQ(printed("00000000000000000000ffff7f000001"), "::ffff:127.0.0.1");
}

TEST(Socks5, passes_on_odd_names_as_they_are) {
  for (const std::string& name :
       {std::string("_x.example."), std::string("0x7f.1"), std::string("ex%61mple.com"), std::string("[::1]"),
        std::string(255, 'n')}) {
    const base::Bytes size = {static_cast<std::uint8_t>(name.size())};
    expect_request(kGreeting + hex("05010003") + size + text(name) + hex("0050"), {name, 80}, "0500");
  }
}

TEST(Socks5, keeps_what_was_sent_behind_the_request) {
  const auto result = talk(kGreeting + kToName + text("GET / HTTP/1.1"));
  EXPECT_EQ(result.state, State::requested);
  EXPECT_EQ(base::text_of(result.rest), "GET / HTTP/1.1");
}

TEST(Socks5, answers_the_greeting_before_the_request_comes) {
  Socks5 socks(kOpen);
  socks.feed(kGreeting);
  EXPECT_EQ(socks.state(), State::reading);
  EXPECT_EQ(base::to_hex(socks.take_output()), "0500");
  EXPECT_EQ(socks.take_output(), base::Bytes{});
  socks.feed(kToName);
  EXPECT_EQ(socks.state(), State::requested);
  EXPECT_EQ(socks.take_output(), base::Bytes{});
}

TEST(Socks5, waits_for_more_at_every_cut) {
  const auto input = hex("050102") + hex("0105") + text("alice") + hex("06") + text("secret") + kToName;
  for (std::size_t size = 0; size < input.size(); ++size) {
    Socks5 socks(kClosed);
    socks.feed(base::ByteView(input).first(size));
    EXPECT_EQ(socks.state(), State::reading) << size;
  }
}

TEST(Socks5, replies_with_the_code_of_each_cause) {
  Socks5 socks(kOpen);
  socks.feed(kGreeting + kToName);
  const auto reply = [&](ConnectStatus status) { return base::to_hex(socks.reply(status)); };
  EXPECT_EQ(reply(ConnectStatus::ok), "05000001000000000000");
  EXPECT_EQ(reply(ConnectStatus::general_failure), "05010001000000000000");
  EXPECT_EQ(reply(ConnectStatus::not_allowed), "05020001000000000000");
  EXPECT_EQ(reply(ConnectStatus::network_unreachable), "05030001000000000000");
  EXPECT_EQ(reply(ConnectStatus::host_unreachable), "05040001000000000000");
  EXPECT_EQ(reply(ConnectStatus::refused), "05050001000000000000");
  EXPECT_EQ(reply(ConnectStatus::timeout), "05060001000000000000");
}

TEST(Socks5, writes_bound_addresses_of_every_kind) {
  EXPECT_EQ(base::to_hex(encode_reply(Reply::succeeded, {"192.0.2.1", 4660})), "05000001c00002011234");
  EXPECT_EQ(base::to_hex(encode_reply(Reply::succeeded, {"2001:db8::1", 1})),
            "0500000420010db80000000000000000000000010001");
  EXPECT_EQ(base::to_hex(encode_reply(Reply::succeeded, {"ab", 65535})), "05000003026162ffff");
  for (std::uint8_t code = 0; code <= 8; ++code)
    EXPECT_EQ(encode_reply(static_cast<Reply>(code)), (base::Bytes{5, code, 0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(Socks5, refuses_bind_udp_associate_and_unknown_commands) {
  for (const char* const command : {"02", "03", "00", "04", "ff"})
    expect_refused(kGreeting + hex("05") + hex(command) +
                       hex("0001"
                           "00000000"
                           "0000"),
                   "0500"
                   "05070001000000000000");
}

TEST(Socks5, refuses_unknown_address_types) {
  for (const char* const type : {"00", "02", "05", "ff"})
    expect_refused(kGreeting + hex("050100") + hex(type),
                   "0500"
                   "05080001000000000000");
}

TEST(Socks5, refuses_hosts_and_ports_that_cannot_be) {
  const std::string failed =
      "0500"
      "05010001000000000000";
  expect_refused(kGreeting + hex("05010003"
                                 "00"
                                 "0050"),
                 failed);
  expect_refused(kGreeting + hex("05010003"
                                 "03"
                                 "610062"
                                 "0050"),
                 failed);
  expect_refused(kGreeting + hex("05010003"
                                 "03"
                                 "612062"
                                 "0050"),
                 failed);
  expect_refused(kGreeting + hex("05010003"
                                 "04"
                                 "610d0a62"
                                 "0050"),
                 failed);
  expect_refused(kGreeting + hex("05010003"
                                 "02"
                                 "c3bc"
                                 "0050"),
                 failed);
  expect_refused(kGreeting + hex("05010003"
                                 "01"
                                 "61"
                                 "0000"),
                 failed);
}

TEST(Socks5, refuses_a_request_of_another_version) {
  expect_refused(kGreeting + hex("04"),
                 "0500"
                 "05010001000000000000");
}

TEST(Socks5, does_not_look_at_the_reserved_byte) {
  expect_request(kGreeting + hex("0501ff01"
                                 "c0000201"
                                 "0050"),
                 {"192.0.2.1", 80}, "0500");
}

TEST(Socks5, refuses_when_no_method_is_acceptable) {
  expect_refused(hex("0500"), "05ff");
  expect_refused(hex("050101"), "05ff");
  expect_refused(hex("05030180fe"), "05ff");
  expect_refused(hex("050100"), "05ff", kClosed);
}

TEST(Socks5, says_nothing_to_another_version) { expect_refused(hex("04"), ""); }

TEST(Socks5, asks_for_no_user_name_when_open_and_none_is_offered) {
  expect_request(hex("050100") + kToName, {"example.com", 443}, "0500");
  expect_request(hex("05020100") + kToName, {"example.com", 443}, "0500");
}

TEST(Socks5, asks_for_the_user_name_that_a_program_offers) {
  const auto user = hex("0101") + text("x") + hex("01") + text("y");
  for (const char* const methods : {"05020200", "05020002", "050102"})
    expect_request(hex(methods) + user + kToName, {"example.com", 443},
                   "0502"
                   "0100");
}

TEST(Socks5, takes_any_password_when_open) {
  expect_request(hex("050102") +
                     hex("01"
                         "0178"
                         "0179") +
                     kToName,
                 {"example.com", 443},
                 "0502"
                 "0100");
  expect_request(hex("050102") +
                     hex("01"
                         "00"
                         "00") +
                     kToName,
                 {"example.com", 443},
                 "0502"
                 "0100");
}

TEST(Socks5, demands_the_password_when_there_is_one) {
  const auto right = hex("0105") + text("alice") + hex("06") + text("secret");
  expect_request(hex("05020002") + right + kToName, {"example.com", 443},
                 "0502"
                 "0100",
                 kClosed);
  for (const auto& wrong : {hex("0105") + text("alice") + hex("06") + text("secreT"),
                            hex("0105") + text("alicf") + hex("06") + text("secret"),
                            hex("0105") + text("alice") + hex("05") + text("secre"),
                            hex("0105") + text("alice") + hex("07") + text("secrets"), hex("010000"),
                            hex("0106") + text("alices") + hex("05") + text("ecret")})
    expect_refused(hex("050102") + wrong + kToName,
                   "0502"
                   "0101",
                   kClosed);
}

TEST(Socks5, refuses_another_version_of_the_password_message) {
  expect_refused(hex("050102") + hex("05"),
                 "0502"
                 "0101",
                 kClosed);
}

TEST(Socks5, takes_the_longest_messages_within_its_limit) {
  const Credentials longest{std::string(255, 'u'), std::string(255, 'p')};
  const auto input = hex("05ff") + base::Bytes(254, 0x80) + hex("02") + hex("01ff") + text(longest.user) +
                     hex("ff") + text(longest.password) + hex("05010003ff") + text(std::string(255, 'h')) +
                     hex("0001");
  EXPECT_EQ(input.size(), Socks5Limits::dialogue);
  expect_request(input, {std::string(255, 'h'), 1},
                 "0502"
                 "0100",
                 longest);
}

TEST(Socks5, drops_what_comes_after_a_refusal) {
  Socks5 socks(kOpen);
  socks.feed(hex("050101"));
  ASSERT_EQ(socks.state(), State::refused);
  (void)socks.take_output();
  socks.feed(base::Bytes(100'000));
  EXPECT_EQ(socks.take_output(), base::Bytes{});
  EXPECT_EQ(socks.rest(), base::Bytes{});
}

}  // namespace
}  // namespace qnet::proxy
