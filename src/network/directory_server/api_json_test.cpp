#include "network/directory_server/api_json.hpp"

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

using testing::identity;

class ApiJsonTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string body() const { return registration_json(descriptor_.descriptor(), wire_); }
  static void expect_refused(std::string_view json, const std::string& words) {
    const auto read = registration_in(json);
    ASSERT_FALSE(read) << json;
    EXPECT_TRUE(read.error().is(Errc::malformed));
    EXPECT_NE(read.error().message().find(words), std::string::npos) << read.error().message();
  }
  peer::Identity relay_ = identity(1);
  SignedDescriptor descriptor_ = SignedDescriptor::sign(testing::descriptor_of(relay_), relay_);
  base::Bytes wire_ = testing::registration_of(descriptor_, 1).sign(relay_);
};

TEST_F(ApiJsonTest, reads_what_a_relay_posts) {
  const auto read = registration_in(body());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->sign(relay_), wire_);
}

TEST_F(ApiJsonTest, the_signed_registration_alone_is_enough) {
  EXPECT_TRUE(registration_in("{\"registration\":\"" + base::to_base64url(wire_) + "\"}"));
}

TEST_F(ApiJsonTest, says_what_is_wrong) {
  expect_refused("", "no JSON");
  expect_refused("{", "no JSON");
  expect_refused("[1]", "no JSON object");
  expect_refused("{}", "missing");
  expect_refused(R"({"registration": 7})", "missing");
  expect_refused(R"({"registration": "a="})", "base64url");
  expect_refused(std::string(10'000, '['), "no JSON");
}

TEST_F(ApiJsonTest, a_readable_field_that_lies_is_refused) {
  auto text = body();
  text.replace(text.find("\"SE\""), 4, "\"NO\"");
  expect_refused(text, "country");
}

TEST_F(ApiJsonTest, a_listing_is_one_object) {
  const Entry entry{
      .descriptor = descriptor_, .first_seen = testing::kNow, .last_seen = testing::kNow, .checked = true};
  EXPECT_EQ(ListingJson().take(), "{\"relays\":[],\"count\":0}\n");
  ListingJson two;
  two.add(entry);
  two.add(entry);
  const auto text = two.take();
  EXPECT_NE(text.find("\"count\":2"), std::string::npos);
  EXPECT_NE(text.find("},{"), std::string::npos);
  EXPECT_NE(text.find("/ip4/198.51.99.7/tcp/443"), std::string::npos);
}

TEST_F(ApiJsonTest, a_listing_tells_circuit_keys_and_the_family) {
  const auto listed = [&](const Descriptor& descriptor) {
    ListingJson one;
    one.add({.descriptor = SignedDescriptor::sign(descriptor, relay_),
             .first_seen = testing::kNow,
             .checked = true});
    return one.take();
  };
  const auto full = testing::descriptor_in_a_family(relay_);
  const auto text = listed(full);
  const auto& second = full.circuit_keys[1];
  EXPECT_NE(text.find(R"({"key":")" + base::to_hex(second.key) +
                      R"(","from":"2027-01-16T07:00:00Z","until":"2027-01-18T07:00:00Z"}])"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("family":")" + base::to_hex(full.family->family) + '"'), std::string::npos) << text;
  auto far = full;  // a relay may name any time up to the year 9999
  far.circuit_keys = {{second.key, WallTime(std::chrono::seconds(253'402'300'000)),
                       WallTime(std::chrono::seconds(253'402'300'799))}};
  EXPECT_NE(listed(far).find(R"("until":"9999-12-31T23:59:59Z"})"), std::string::npos);
  const auto plain = listed(testing::descriptor_of(relay_));
  EXPECT_NE(plain.find(R"("circuit_keys":[],"family":null)"), std::string::npos) << plain;
}

}  // namespace
}  // namespace qnet::directory
