#include "edge/proxy/preference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/http_connect.hpp"
#include "edge/proxy/socks5.hpp"

namespace qnet::proxy {
namespace {

using State = Dialogue::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

base::Bytes greeting_of(std::string_view user, std::string_view password) {
  base::Bytes bytes = base::from_hex("05020002").value();
  const auto add = [&bytes](std::string_view text) {
    bytes.push_back(static_cast<std::uint8_t>(text.size()));
    base::append(bytes, base::bytes_of(text));
  };
  bytes.push_back(1);
  add(user);
  add(password);
  base::append(bytes, base::from_hex("0501000301610050").value());  // to a:80
  return bytes;
}

std::string connect_as(std::string_view base64) {
  return "CONNECT a:80 HTTP/1.1\r\nProxy-Authorization: Basic " + std::string(base64) + "\r\n\r\n";
}

TEST(Preference, is_read_from_the_user_name) {
  const auto read = preference_of("hops=3", "x").value();
  EXPECT_EQ(read.hops, 3U);
  EXPECT_THAT(read.countries, ElementsAre());
  const auto both = preference_of("alice,hops=2,country=se,Country=DE", "").value();
  EXPECT_EQ(both.hops, 2U);
  EXPECT_THAT(both.countries, ElementsAre("SE", "DE"));
  EXPECT_EQ(preference_of("HOPS=1", "").value().hops, 1U);
}

TEST(Preference, is_nothing_for_other_user_names) {
  for (const char* const user :
       {"", "alice", "alice,bob", "www.example.com", "a=b", "hops", "xhops=3", "shop=1", "country", ","}) {
    const auto read = preference_of(user, "x").value();
    EXPECT_FALSE(read.hops) << user;
    EXPECT_THAT(read.countries, ElementsAre()) << user;
  }
}

TEST(Preference, is_refused_rather_than_guessed) {
  for (const char* const user :
       {"hops=",         "hops=0",     "hops=6",         "hops=33",      "hops=three",    "hops= 3",
        "hops=3,hops=3", "hops=3,",    "hops=3,,",       "hops=3,x",     "country=",      "country=S",
        "country=SWE",   "country=S1", "hops=3,country", "alice,hops=x", "alice, hops=3", " hops=3",
        "hop=3",         "hops%3D3",   "alice;HOPS=3",   "hops:3",       "country = SE",  "countries=SE"}) {
    const auto read = preference_of(user, "");
    ASSERT_FALSE(read) << user;
    EXPECT_THAT(read.error().message(), HasSubstr("hops=1 to hops=5")) << user;
    EXPECT_EQ(read.error().context(), "") << "the log has the sentence, and no program's name or password";
  }
  std::string many = "country=SE";
  for (std::size_t i = 1; i < PreferenceLimits::countries; ++i) many += ",country=SE";
  EXPECT_TRUE(preference_of(many, ""));
  EXPECT_FALSE(preference_of(many + ",country=SE", ""));
}

TEST(Preference, keeps_connections_apart_by_the_whole_user_name_and_password) {
  const auto isolation = [](std::string_view user, std::string_view password) {
    return preference_of(user, password).value().isolation;
  };
  EXPECT_EQ(isolation("a", "b"), isolation("a", "b"));
  EXPECT_NE(isolation("a", "b"), isolation("a", "c"));
  EXPECT_NE(isolation("a", "b"), isolation("b", "b"));
  EXPECT_NE(isolation("a:", "b"), isolation("a", ":b"));
  EXPECT_NE(isolation("a,hops=3", "b"), isolation("a", "b"));
}

TEST(Preference, stands_behind_the_name_whose_password_is_checked) {
  const Credentials alice{"alice", "secret"};
  EXPECT_TRUE(alice.match("alice", "secret"));
  EXPECT_TRUE(alice.match("alice,hops=3", "secret"));
  EXPECT_FALSE(alice.match("alice,hops=3", "Secret"));
  EXPECT_FALSE(alice.match("alice,bob", "secret"));
  EXPECT_FALSE(alice.match("hops=3", "secret"));
  EXPECT_FALSE(alice.match("alice,", "secret"));
  const Credentials odd{"hops=3", "secret"};
  EXPECT_TRUE(odd.match("hops=3", "secret"));
}

TEST(Preference, is_told_by_socks5_also_where_no_password_is_wanted) {
  Socks5 socks({});
  socks.feed(greeting_of("hops=3,country=SE", "x"));
  EXPECT_EQ(base::to_hex(socks.take_output()), "05020100");
  ASSERT_EQ(socks.state(), State::requested);
  EXPECT_EQ(socks.preference(), preference_of("hops=3,country=SE", "x").value());
}

TEST(Preference, that_cannot_be_read_is_refused_by_socks5_with_words_for_the_log) {
  Socks5 socks({});
  socks.feed(greeting_of("marked.example,hops=9", "x"));
  EXPECT_EQ(base::to_hex(socks.take_output()), "05020101");
  EXPECT_EQ(socks.state(), State::refused);
  EXPECT_THAT(socks.problem(), HasSubstr("hops=1 to hops=5"));
  EXPECT_THAT(socks.problem(), ::testing::Not(HasSubstr("marked")));
  EXPECT_THAT(socks.problem(), ::testing::Not(HasSubstr("hops=9")))
      << "a log is no place for what a program has sent";
  Socks5 closed(Credentials{"alice", "secret"});
  closed.feed(greeting_of("hops=9", "wrong"));
  EXPECT_EQ(closed.problem(), "");
}

TEST(Preference, is_told_by_http_also_where_no_password_is_wanted) {
  HttpConnect http({});
  http.feed(base::bytes_of(connect_as("aG9wcz0zOng=")));  // hops=3:x
  ASSERT_EQ(http.state(), State::requested);
  EXPECT_EQ(http.preference(), preference_of("hops=3", "x").value());
  HttpConnect unreadable({});
  unreadable.feed(base::bytes_of(connect_as("!")));
  EXPECT_EQ(unreadable.state(), State::refused);
  HttpConnect bad({});
  bad.feed(base::bytes_of(connect_as("aG9wcz05Ong=")));  // hops=9:x
  EXPECT_EQ(bad.state(), State::refused);
  EXPECT_THAT(std::string(base::text_of(bad.take_output())),
              ::testing::AllOf(HasSubstr("400 Bad Request"), HasSubstr("hops=1 to hops=5")));
  HttpConnect closed(Credentials{"alice", "secret"});
  closed.feed(base::bytes_of(connect_as("YWxpY2UsaG9wcz0yOnNlY3JldA==")));  // alice,hops=2:secret
  ASSERT_EQ(closed.state(), State::requested);
  EXPECT_EQ(closed.preference().hops, 2U);
}

}  // namespace
}  // namespace qnet::proxy
