#include "overlay/peer/connect_message.hpp"

#include <gtest/gtest.h>

#include "foundation/cbor/encode.hpp"

namespace qnet::peer {
namespace {

base::ByteView without_length(const base::Bytes& framed) { return base::ByteView(framed).subspan(2); }

base::Bytes request_of(cbor::Value host, cbor::Value port) {
  return cbor::encode(cbor::Map{{"host", std::move(host)}, {"port", std::move(port)}});
}

TEST(ConnectRequest, has_exactly_these_bytes) {
  // {"host": "example.com", "port": 443}
  EXPECT_EQ(base::to_hex(ConnectRequest{"example.com", 443}.encode()),
            "001a"
            "a2"
            "64686f7374"
            "6b6578616d706c652e636f6d"
            "64706f7274"
            "1901bb");
}

TEST(ConnectAnswer, has_exactly_these_bytes) {
  // Deterministic CBOR sorts the keys by their encodings: "host", "port", "status".
  EXPECT_EQ(base::to_hex(ConnectAnswer{ConnectStatus::ok, {"192.0.2.1", 4660}}.encode()),
            "0020"
            "a3"
            "64686f7374"
            "693139322e302e322e31"
            "64706f7274"
            "191234"
            "66737461747573"
            "00");
  EXPECT_EQ(base::to_hex(ConnectAnswer{ConnectStatus::refused, {}}.encode()),
            "0009"
            "a1"
            "66737461747573"
            "05");
  // {"lacks": 2, "status": 2}
  EXPECT_EQ(base::to_hex(ConnectAnswer{ConnectStatus::not_allowed, {}, Lack::port}.encode()),
            "0010"
            "a2"
            "656c61636b73"
            "02"
            "66737461747573"
            "02");
}

TEST(ConnectRequest, comes_back_as_it_was) {
  for (const auto& request : {ConnectRequest{"a", 1}, ConnectRequest{"2001:db8::1", 65535},
                              ConnectRequest{std::string(255, 'x'), 80}}) {
    const auto bytes = request.encode();
    EXPECT_LE(bytes.size(), 2 + ConnectLimits::message);
    const auto decoded = ConnectRequest::decode(without_length(bytes));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, request);
  }
}

TEST(ConnectAnswer, comes_back_as_it_was) {
  for (int code = 0; code <= 6; ++code) {
    ConnectAnswer answer{static_cast<ConnectStatus>(code), {}};
    if (answer.status == ConnectStatus::ok) answer.bound = {"2001:db8::1", 40000};
    const auto bytes = answer.encode();
    const auto decoded = ConnectAnswer::decode(without_length(bytes));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, answer);
  }
}

TEST(ConnectAnswer, tells_what_the_exit_lacks_beside_the_status) {
  for (const auto lack : {Lack::nothing, Lack::places, Lack::port}) {
    const ConnectAnswer answer{ConnectStatus::general_failure, {}, lack};
    const auto decoded = ConnectAnswer::decode(without_length(answer.encode()));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, answer);
  }
}

TEST(ConnectAnswer, takes_a_lack_that_it_does_not_know_for_none) {
  for (const auto& lack :
       {cbor::Value(std::uint64_t{3}), cbor::Value(std::uint64_t{1000}), cbor::Value("places")}) {
    const auto decoded =
        ConnectAnswer::decode(cbor::encode(cbor::Map{{"status", std::uint64_t{1}}, {"lacks", lack}}));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, (ConnectAnswer{ConnectStatus::general_failure, {}, Lack::nothing}));
  }
}

TEST(ConnectRequest, refuses_hosts_and_ports_out_of_bounds) {
  EXPECT_FALSE(ConnectRequest::decode(request_of("", std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of(std::string(256, 'x'), std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of(std::string("a\0b", 3), std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a b", std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a\r\nb", std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a", std::uint64_t{0})));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a", std::uint64_t{65536})));
  EXPECT_TRUE(ConnectRequest::decode(request_of("a", std::uint64_t{65535})));
}

TEST(ConnectRequest, refuses_fields_of_other_types_or_absent) {
  EXPECT_FALSE(ConnectRequest::decode(request_of(std::uint64_t{1}, std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of(base::Bytes{'a'}, std::uint64_t{80})));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a", "80")));
  EXPECT_FALSE(ConnectRequest::decode(request_of("a", cbor::Negative{79})));
  EXPECT_FALSE(ConnectRequest::decode(cbor::encode(cbor::Map{{"host", "a"}})));
  EXPECT_FALSE(ConnectRequest::decode(cbor::encode(cbor::Map{{"port", std::uint64_t{80}}})));
  EXPECT_FALSE(ConnectRequest::decode(cbor::encode(cbor::Array{"a", std::uint64_t{80}})));
  EXPECT_FALSE(ConnectRequest::decode({}));
}

TEST(ConnectRequest, refuses_every_truncation_and_trailing_bytes) {
  const auto bytes = ConnectRequest{"example.com", 443}.encode();
  const auto whole = without_length(bytes);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(ConnectRequest::decode(whole.first(size)));
  base::Bytes longer(whole.begin(), whole.end());
  longer.push_back(0);
  EXPECT_FALSE(ConnectRequest::decode(longer));
}

TEST(ConnectRequest, ignores_keys_of_later_versions) {
  const auto message = cbor::encode(cbor::Map{{"host", "a"},
                                              {"port", std::uint64_t{80}},
                                              {"country", "SE"},
                                              {"options", cbor::Array{std::uint64_t{1}}}});
  const auto decoded = ConnectRequest::decode(message);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, (ConnectRequest{"a", 80}));
}

TEST(ConnectRequest, refuses_a_message_over_the_limit) {
  const auto with_padding = [](std::size_t size) {
    return cbor::encode(cbor::Map{{"host", "a"}, {"port", std::uint64_t{80}}, {"x", std::string(size, 'x')}});
  };
  const auto overhead = with_padding(300).size() - 300;
  EXPECT_TRUE(ConnectRequest::decode(with_padding(ConnectLimits::message - overhead)));
  EXPECT_FALSE(ConnectRequest::decode(with_padding(ConnectLimits::message - overhead + 1)));
}

TEST(ConnectAnswer, takes_a_status_of_a_later_version_for_a_general_failure) {
  for (const std::uint64_t code : {7U, 255U}) {
    const auto decoded = ConnectAnswer::decode(cbor::encode(cbor::Map{{"status", code}}));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->status, ConnectStatus::general_failure);
  }
}

TEST(ConnectAnswer, refuses_success_without_a_bound_address) {
  EXPECT_FALSE(ConnectAnswer::decode(cbor::encode(cbor::Map{{"status", std::uint64_t{0}}})));
  EXPECT_FALSE(ConnectAnswer::decode(
      cbor::encode(cbor::Map{{"status", std::uint64_t{0}}, {"host", "a b"}, {"port", std::uint64_t{1}}})));
  EXPECT_FALSE(ConnectAnswer::decode(
      cbor::encode(cbor::Map{{"status", std::uint64_t{0}}, {"host", "a"}, {"port", std::uint64_t{65536}}})));
}

TEST(ConnectAnswer, refuses_a_status_that_is_no_small_number) {
  EXPECT_FALSE(ConnectAnswer::decode(cbor::encode(cbor::Map{{"status", std::uint64_t{256}}})));
  EXPECT_FALSE(ConnectAnswer::decode(cbor::encode(cbor::Map{{"status", "ok"}})));
  EXPECT_FALSE(ConnectAnswer::decode(cbor::encode(cbor::Map{})));
}

TEST(MessageReader, gathers_one_message_byte_by_byte) {
  const auto bytes = ConnectRequest{"example.com", 443}.encode();
  MessageReader reader;
  for (const auto& byte : bytes) {
    ASSERT_TRUE(reader.wanted());
    EXPECT_GT(*reader.wanted(), 0U);
    EXPECT_EQ(reader.feed({&byte, 1}), 1U);
  }
  EXPECT_EQ(reader.wanted(), std::size_t{0});
  EXPECT_EQ(base::to_hex(reader.message()), base::to_hex(without_length(bytes)));
}

TEST(MessageReader, leaves_the_bytes_behind_the_message) {
  auto bytes = ConnectRequest{"example.com", 443}.encode();
  const auto size = bytes.size();
  base::append(bytes, base::bytes_of("tunnel"));
  MessageReader reader;
  EXPECT_EQ(reader.feed(bytes), size);
  EXPECT_EQ(reader.wanted(), std::size_t{0});
  EXPECT_EQ(reader.message().size(), size - 2);
  EXPECT_EQ(reader.feed(bytes), 0U);
}

TEST(MessageReader, refuses_lengths_of_zero_and_over_the_limit_without_waiting) {
  for (const auto& length : {base::Bytes{0, 0}, base::Bytes{2, 1}, base::Bytes{0xff, 0xff}}) {
    MessageReader reader;
    EXPECT_EQ(reader.feed(length), 2U);
    ASSERT_FALSE(reader.wanted());
    EXPECT_TRUE(reader.wanted().error().is(Errc::bad_message));
    EXPECT_EQ(reader.feed(length), 0U);
    EXPECT_EQ(reader.message().size(), 0U);
  }
  MessageReader reader;
  EXPECT_EQ(reader.feed(base::Bytes{2, 0}), 2U);
  EXPECT_EQ(reader.wanted(), ConnectLimits::message);
}

}  // namespace
}  // namespace qnet::peer
