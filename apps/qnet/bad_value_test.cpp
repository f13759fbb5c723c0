// Every value that an option must not have, from each source; the message names the place and what would be
// right.
#include <gmock/gmock.h>

#include "testing/parse.hpp"

namespace qnet::cli {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBadPorts[] = {"0",   "65536", "-1",   "80x", "x",   " 80",
                                     "80 ", "+80",   "0x50", "8.0", "1e3", "99999999999999999999",
                                     "[80]"};

TEST(BadValue, a_port_is_a_number_from_1_to_65535) {
  for (const char* const port : kBadPorts) {
    for (const char* const flag : {"--socks-port", "--status-port"})
      EXPECT_THAT(error_of(client({flag, port})),
                  AllOf(HasSubstr(flag), HasSubstr(port), HasSubstr("from 1 to 65535")));
    for (const char* const variable : {"STEALTH_SOCKS_PORT", "STEALTH_STATUS_PORT"})
      EXPECT_THAT(error_of(client(), {{variable, port}}),
                  AllOf(HasSubstr(variable), HasSubstr("from 1 to 65535")));
    const ConfigFile file("\n# below\nsocks_port = '" + std::string(port) + "'\n");
    EXPECT_THAT(error_of(client({"--config", file.path()})),
                AllOf(HasSubstr("qnet.toml, line 3"), HasSubstr("from 1 to 65535")));
  }
  EXPECT_EQ(settings_of(client({"--socks-port", "1", "--status-port", "65535"})).status_port, 65535);
}

TEST(BadValue, the_demos_ports_leave_room_for_those_after_them) {
  for (const auto& [flag, last] : {std::pair{"--site-port", 65534}, std::pair{"--base-port", 65533}}) {
    EXPECT_TRUE(parse({"demo", flag, std::to_string(last)}));
    for (const auto port : {0, last + 1})
      EXPECT_THAT(error_of({"demo", flag, std::to_string(port)}),
                  AllOf(HasSubstr(flag), HasSubstr(std::to_string(last))));
  }
}

TEST(BadValue, a_template_is_one_that_is_known_or_a_file) {
  for (const char* const name : {"chromium", "Safari-26", "chromium-156 "}) {
    const auto names_them =
        AllOf(HasSubstr(name), HasSubstr("chromium-156"), HasSubstr("curl-7.88-openssl-3.0"));
    EXPECT_THAT(error_of(client({"--template", name})), AllOf(HasSubstr("--template"), names_them));
    EXPECT_THAT(error_of(client(), {{"STEALTH_TEMPLATE", name}}),
                AllOf(HasSubstr("STEALTH_TEMPLATE"), names_them));
    const ConfigFile file("template = '" + std::string(name) + "'\n");
    EXPECT_THAT(error_of(client({"--config", file.path()})),
                AllOf(HasSubstr("qnet.toml, line 1"), names_them));
  }
  for (const char* const name : {"safari-26", "my.toml", "./mine"})
    EXPECT_EQ(settings_of(client({"--template", name})).browser_template, name);
}

TEST(BadValue, an_exit_port_is_a_port) {
  for (const char* const ports : {"0", "80,65536", "8080;22", "8080 22", ",", "-1"}) {
    EXPECT_THAT(error_of(client({"--exit-ports", ports})), HasSubstr("--exit-ports"));
    EXPECT_THAT(error_of(client(), {{"EXIT_PORTS", ports}}), HasSubstr("EXIT_PORTS"));
  }
}

TEST(BadValue, an_allowed_destination_is_read_when_qnet_starts) {
  for (const char* const entry :
       {"intranet.example.com", "10.0.0.1:0", "10.0.0.0/8:80", "a b:80", "site.example.com:80=localhost:80"})
    EXPECT_THAT(error_of(client({"--exit-allow", entry})),
                AllOf(HasSubstr("--exit-allow"), HasSubstr(entry)));
}

TEST(BadValue, a_count_is_in_its_range) {
  for (const char* const count : {"0", "-1", "257", "two", "4294967296", "4294967297"})
    EXPECT_THAT(error_of(client({"--threads", count})),
                AllOf(HasSubstr("--threads"), HasSubstr("from 1 to 256")));
  for (const char* const count : {"0", "-1", "1000001", "4294967297"})
    EXPECT_THAT(error_of(client(), {{"EXIT_MAX_CONNECTIONS", count}}),
                AllOf(HasSubstr("EXIT_MAX_CONNECTIONS"), HasSubstr("from 1 to 1000000")));
}

TEST(BadValue, a_mode_is_one_of_five) {
  for (const char* const mode : {"Client", "client ", "node", "exit-node", "client,relay"}) {
    EXPECT_THAT(error_of(client({"--helper-mode", mode})),
                AllOf(HasSubstr("--helper-mode"), HasSubstr(mode),
                      HasSubstr("client, relay, bootstrap, exit or super")));
    EXPECT_THAT(error_of(client(), {{"STEALTH_MODE", mode}}), HasSubstr("STEALTH_MODE"));
  }
}

TEST(BadValue, an_invite_is_read_when_qnet_starts) {
  for (const char* const flag : {"--peer", "--operators"}) {
    EXPECT_THAT(error_of({"run", flag, kDamagedInvite}), AllOf(HasSubstr(flag), HasSubstr("invite")));
    EXPECT_THAT(error_of({"run", flag, "https://example.com/"}),
                AllOf(HasSubstr(flag), HasSubstr("qnet://")));
    EXPECT_THAT(error_of({"run", flag, kInvite + "," + kDamagedInvite}), HasSubstr(flag));
  }
  EXPECT_THAT(error_of({"run"}, {{"STEALTH_OPERATORS", kDamagedInvite}}), HasSubstr("STEALTH_OPERATORS"));
  EXPECT_THAT(error_of({"run"}, {{"QNET_PEER", "relay.example.com:443"}}), HasSubstr("QNET_PEER"));
}

TEST(BadValue, the_proxys_address_is_an_address) {
  for (const char* const address : {"localhost", "127.0.0.1:1088", "127.1", "[::1]", "256.0.0.1"})
    EXPECT_THAT(error_of(client({"--socks-bind", address})),
                AllOf(HasSubstr("--socks-bind"), HasSubstr("IP address")));
  EXPECT_EQ(settings_of(client({"--socks-bind", "::1"})).socks_bind, "::1");
}

TEST(BadValue, a_listen_address_is_an_address_and_a_port) {
  for (const char* const listen :
       {"443", "localhost:443", "0.0.0.0", "0.0.0.0:0", "0.0.0.0:65536", "::1:443", ":443", "[]:443"})
    EXPECT_THAT(error_of(relay({"--relay-only", "--listen", listen})), HasSubstr("--listen"));
}

TEST(BadValue, a_destination_is_a_host_and_a_port) {
  for (const char* const text : {"www.example.com", "www.example.com:", ":443", "www.example.com:https",
                                 "a b:443", "https://www.example.com:443", "www.example.com:0", "[::1:443"}) {
    EXPECT_THAT(error_of({"run", "--relay-only", "--cover-origin", text}),
                AllOf(HasSubstr("--cover-origin"), HasSubstr("HOST:PORT")));
    EXPECT_THAT(error_of({"invite", "--advertise", text}),
                AllOf(HasSubstr("--advertise"), HasSubstr("HOST:PORT")));
  }
}

TEST(BadValue, a_cover_name_is_a_host_name) {
  for (const char* const name :
       {"192.0.2.1", "2001:db8::1", "www.example.com:443", "www.example.com.", "a b", "*"})
    EXPECT_THAT(error_of(relay({"--relay-only", "--cover-name", name})),
                AllOf(HasSubstr("--cover-name"), HasSubstr("host name")));
}

TEST(BadValue, a_contact_is_an_email_address) {
  for (const char* const text : {"abuse", "@example.org", "abuse@", "abuse@localhost", "a@b@example.org",
                                 "a b@example.org", "<abuse@example.org>", "a@example.org,b@example.org",
                                 "abuse@192.0.2.1", "a\x1b[1m@example.org", "\xc3\xa9@example.org"})
    EXPECT_THAT(error_of(relay({"--exit-node"}), {{"EXIT_ABUSE_EMAIL", text}}),
                AllOf(HasSubstr("EXIT_ABUSE_EMAIL"), HasSubstr("e-mail address")));
}

TEST(BadValue, credentials_are_a_user_and_a_password_and_are_not_repeated) {
  const std::string longest(255, 'x');
  for (const auto& text :
       {std::string("secret"), std::string(":secret"), longest + "x:secret", "ada:secret" + longest})
    EXPECT_THAT(error_of(client(), {{"QNET_SOCKS_AUTH", text}}),
                AllOf(HasSubstr("QNET_SOCKS_AUTH"), HasSubstr("USER:PASSWORD"), Not(HasSubstr("secret"))));
  EXPECT_EQ(settings_of(client({"--socks-auth", longest + ":" + longest})).socks_auth->password, longest);
}

TEST(BadValue, a_name_server_is_an_address) {
  for (const char* const text :
       {"dns.example.com", "192.0.2.53:0", "192.0.2.53:dns", "[2001:db8::53", "dns.example.com:53"})
    EXPECT_THAT(error_of(client({"--dns-server", text})),
                AllOf(HasSubstr("--dns-server"), HasSubstr("name server")));
}

TEST(BadValue, a_log_level_is_one_of_five) {
  for (const char* const level : {"INFO", "warn", "TRACE", "off"})
    EXPECT_THAT(error_of(client({"--log-level", level})),
                AllOf(HasSubstr("--log-level"), HasSubstr("warning")));
}

TEST(BadValue, level_trace_needs_a_word_that_destinations_may_be_logged) {
  EXPECT_THAT(error_of(client({"--log-level", "trace"})),
              AllOf(HasSubstr("--log-destinations"), HasSubstr("what they ask for")));
  EXPECT_THAT(error_of({"demo"}, {{"QNET_LOG_LEVEL", "trace"}}), HasSubstr("--log-destinations"));
  EXPECT_EQ(settings_of(client({"--log-level", "trace", "--log-destinations"})).log_level, "trace");
  EXPECT_EQ(settings_of(client({"--log-destinations"})).log_level, "info");
}

}  // namespace
}  // namespace qnet::cli
