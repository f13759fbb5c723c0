#include "foundation/ip/host.hpp"

#include <gtest/gtest.h>

namespace qnet::ip {
namespace {

TEST(Host, a_name_is_put_in_lower_case_without_its_trailing_dot) {
  EXPECT_EQ(parse_host("WWW.Example.COM."), Host(HostName{"www.example.com"}));
}

TEST(Host, an_address_is_read_in_its_one_spelling_only) {
  EXPECT_EQ(parse_host("127.0.0.1"), Host(IpAddress::parse("127.0.0.1").value()));
  EXPECT_EQ(parse_host("::1"), Host(IpAddress::parse("::1").value()));
  EXPECT_EQ(parse_host("127.0.0.01"), Host(HostError::odd_address));
  EXPECT_EQ(parse_host("127.0.0.1."), Host(HostError::odd_address));
}

TEST(Host, a_name_may_have_253_characters_and_its_labels_63) {
  const std::string label(63, 'a');
  const auto longest = label + '.' + label + '.' + label + '.' + std::string(57, 'b') + ".com";
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_EQ(parse_host(longest), Host(HostName{longest}));
  EXPECT_EQ(parse_host(longest + '.'), Host(HostName{longest}));
  EXPECT_EQ(parse_host('x' + longest), Host(HostError::malformed_name));
  EXPECT_EQ(parse_host(label + "a.com"), Host(HostError::malformed_name));
}

TEST(Host, every_byte_that_is_no_letter_digit_hyphen_or_dot_makes_a_name_invalid) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const auto host = parse_host(std::string("exa") + c + "mple.com");
    const bool ordinary =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    EXPECT_EQ(std::holds_alternative<HostName>(host), ordinary) << byte;
  }
}

}  // namespace
}  // namespace qnet::ip
