#include "protocol/mux/multistream.hpp"

#include <gmock/gmock.h>

namespace qnet::mux {
namespace {

using base::bytes_of;
using base::text_of;

bool speaks_connect(std::string_view name) { return name == "/qnet/connect/1"; }

constexpr std::string_view kHeader = "\x13/multistream/1.0.0\n";
constexpr std::string_view kConnect = "\x10/qnet/connect/1\n";
constexpr std::string_view kNotAvailable = "\x03na\n";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}

TEST(Multistream, initiator_says_header_and_name_at_once) {
  const auto opening = MultistreamInitiator("/qnet/connect/1").opening();
  EXPECT_EQ(text_of(opening), joined({kHeader, kConnect}));
}

TEST(Multistream, responder_agrees_and_leaves_the_data_alone) {
  MultistreamResponder responder(speaks_connect);
  const auto input = joined({kHeader, kConnect, "data"});
  const auto fed = responder.feed(bytes_of(input));
  ASSERT_TRUE(fed);
  EXPECT_EQ(fed->consumed, input.size() - 4);
  EXPECT_EQ(text_of(fed->answer), joined({kHeader, kConnect}));
  EXPECT_EQ(responder.agreed(), "/qnet/connect/1");
}

TEST(Multistream, both_ends_agree_byte_by_byte) {
  MultistreamInitiator initiator("/qnet/connect/1");
  MultistreamResponder responder(speaks_connect);
  base::Bytes answer;
  for (const auto byte : initiator.opening()) {
    EXPECT_FALSE(responder.agreed());
    const auto fed = responder.feed({&byte, 1});
    ASSERT_TRUE(fed);
    EXPECT_EQ(fed->consumed, 1U);
    base::append(answer, fed->answer);
  }
  EXPECT_TRUE(responder.agreed());
  bool agreed = false;
  for (const auto byte : answer) {
    EXPECT_FALSE(agreed);
    const auto fed = initiator.feed({&byte, 1});
    ASSERT_TRUE(fed);
    EXPECT_EQ(fed->consumed, 1U);
    agreed = fed->agreed;
  }
  EXPECT_TRUE(agreed);
}

TEST(Multistream, initiator_stops_where_the_data_begins) {
  MultistreamInitiator initiator("/qnet/connect/1");
  const auto input = joined({kHeader, kConnect, "data"});
  const auto fed = initiator.feed(bytes_of(input));
  ASSERT_TRUE(fed);
  EXPECT_TRUE(fed->agreed);
  EXPECT_EQ(fed->consumed, input.size() - 4);
}

TEST(Multistream, initiator_hears_that_the_protocol_is_not_spoken) {
  MultistreamInitiator initiator("/qnet/connect/1");
  const auto fed = initiator.feed(bytes_of(joined({kHeader, kNotAvailable})));
  ASSERT_FALSE(fed);
  EXPECT_TRUE(fed.error().is(Errc::not_spoken));
}

TEST(Multistream, initiator_refuses_another_protocol_than_it_asked_for) {
  MultistreamInitiator initiator("/qnet/udp/1");
  const auto fed = initiator.feed(bytes_of(joined({kHeader, kConnect})));
  ASSERT_FALSE(fed);
  EXPECT_TRUE(fed.error().is(Errc::bad_negotiation));
}

TEST(Multistream, responder_declines_and_hears_the_next_proposal) {
  MultistreamResponder responder(speaks_connect);
  const auto first = joined({kHeader, "\x0c/qnet/udp/1\n", kConnect});
  auto fed = responder.feed(bytes_of(first));
  ASSERT_TRUE(fed);
  EXPECT_EQ(text_of(fed->answer), joined({kHeader, kNotAvailable}));
  EXPECT_FALSE(responder.agreed());
  fed = responder.feed(bytes_of(first).subspan(fed->consumed));
  ASSERT_TRUE(fed);
  EXPECT_EQ(text_of(fed->answer), kConnect);
  EXPECT_EQ(responder.agreed(), "/qnet/connect/1");
}

TEST(Multistream, responder_gives_its_answer_before_it_stumbles_over_data_meant_for_a_declined_protocol) {
  MultistreamResponder responder(speaks_connect);
  const auto input = joined({kHeader, "\x0c/qnet/udp/1\n", "\xff\xff\xff"});
  const auto fed = responder.feed(bytes_of(input));
  ASSERT_TRUE(fed);
  EXPECT_EQ(text_of(fed->answer), joined({kHeader, kNotAvailable}));
  EXPECT_FALSE(responder.feed(bytes_of(input).subspan(fed->consumed)));
}

TEST(Multistream, responder_gives_up_after_some_proposals) {
  MultistreamResponder responder([](std::string_view) { return false; });
  ASSERT_TRUE(responder.feed(bytes_of(kHeader)));
  for (std::size_t i = 0; i < MultistreamLimits::proposals; ++i)
    ASSERT_TRUE(responder.feed(bytes_of(kConnect)));
  const auto fed = responder.feed(bytes_of(kConnect));
  ASSERT_FALSE(fed);
  EXPECT_TRUE(fed.error().is(Errc::bad_negotiation));
}

TEST(Multistream, carries_names_whose_length_takes_two_bytes) {
  const std::string name = "/" + std::string(MultistreamLimits::line - 2, 'x');
  MultistreamInitiator initiator(name);
  MultistreamResponder responder([&](std::string_view proposed) { return proposed == name; });
  const auto fed = responder.feed(initiator.opening());
  ASSERT_TRUE(fed);
  EXPECT_EQ(responder.agreed(), name);
  const auto answered = initiator.feed(fed->answer);
  ASSERT_TRUE(answered);
  EXPECT_TRUE(answered->agreed);
}

TEST(Multistream, refuses_what_is_not_multistream) {
  using namespace std::string_literals;
  const std::string inputs[] = {
      "GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: a browser of some length\r\n\r\n"s,
      "\x00"s,                              // an empty line has at least its line feed
      "\x13/multistream/1.0.0 "s,           // no line feed
      "\x13/multistream/2.0.0\n"s,          // another version
      "\x81\x02"s + std::string(257, 'a'),  // over the limit
      "\x80\x80\x01"s,                      // a length of three bytes
      "\x93\x00/multistream/1.0.0\n"s,      // a length with a needless byte
  };
  for (const auto& input : inputs) {
    MultistreamResponder responder(speaks_connect);
    const auto fed = responder.feed(bytes_of(input));
    ASSERT_FALSE(fed) << input;
    EXPECT_TRUE(fed.error().is(Errc::bad_negotiation)) << input;
    MultistreamInitiator initiator("/qnet/connect/1");
    EXPECT_FALSE(initiator.feed(bytes_of(input))) << input;
  }
}

}  // namespace
}  // namespace qnet::mux
