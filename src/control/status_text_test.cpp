#include "control/status_text.hpp"

#include <gmock/gmock.h>

#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusText, shows_a_client) {
  EXPECT_EQ(status_text(testing::client_status()),
            R"(QNet 0.1.0, up 1 h 2 min

mode        client
state       connected since 2025-06-15T15:06:40Z
SOCKS5      127.0.0.1:1088
looks like  chromium-156
path        1 hop (fast mode)

PEER     COVER        ADDRESS             STATE      ROUND TRIP  LAST ERROR
relay-1  www.example  192.0.2.7:443       connected  12.3 ms     -
relay-2  cdn.example  [2001:db8::1]:8443  failed     -           the connection was refused

traffic     1.2 MiB up, 4.7 GiB down
open        1 session, 5 streams
)");
}

TEST(StatusText, shows_a_super_peer) {
  EXPECT_EQ(status_text(testing::super_status()),
            R"(QNet 0.1.0, up 42 s

mode        super
state       calibrating since 2025-06-15T15:07:40Z
advice      This relay does not know yet how its cover origin answers: browsers and peers would not get the same.
what to do  Wait a minute. If it stays so, check the cover with qnet cover check.
problem     the cover origin does not answer
listens on  0.0.0.0:443
peer id     12D3KooWExample
traffic     0 B up, 0 B down
open        0 sessions, 0 streams
handshakes  7 accepted, 6 passed to the cover origin (2 replays, 1 with a wrong clock), 3 failed
exit        4 open, 90 in all, 5 failed, 13 refused (port 2, private address 11)
circuits    3 open; 20 created, 15 extended, 4 refused, 2 to no relay that answers; at most 10 Mbit/s
)");
}

TEST(StatusText, puts_each_node_of_the_demo_under_its_name) {
  const auto text = status_text(testing::demo_status());
  EXPECT_THAT(text, HasSubstr("\n[client]\nmode        client\n"));
  EXPECT_THAT(text, HasSubstr("\n[super]\nmode        super\n"));
}

TEST(StatusText, shows_the_path_of_a_client) {
  auto status = testing::client_status();
  auto& path = *status.path;
  path.hops = 3;
  path.countries = {"SE", "NO"};
  path.circuits = {{{{"a:1"}, {"b:2"}, {"c:3", "SE"}},
                    "in use",
                    1,
                    std::chrono::seconds(61),
                    std::chrono::milliseconds(150)}};
  path.exit_seen = Hop{"93.184.216.34", "SE"};
  EXPECT_THAT(status_text(status),
              HasSubstr("\npath        3 hops (private mode), exits in SE, NO\n"
                        "circuit     a:1 > b:2 > c:3 (SE): in use, 1 stream, up 1 min 1 s, 150.0 ms\n"
                        "exit        sites see 93.184.216.34 (SE)\n"));
}

TEST(StatusText, tells_what_is_known_of_the_network) {
  auto status = testing::client_status();
  status.network =
      Network{31, 9, {{"SE", 12}, {"DE", 3}, {"", 16}}, 3, 2, std::nullopt, "no answer came in time", 7};
  const auto text = status_text(status);
  EXPECT_THAT(text, HasSubstr("\nnetwork     31 relays (7 measured), 9 exits; 2 of 3 operators\n"));
  EXPECT_THAT(text, HasSubstr("\ncountries   16 unknown, 12 SE, 3 DE\n"));
  EXPECT_THAT(text, HasSubstr("\noperators   no answer came in time\n"));
}

TEST(StatusText, tells_what_a_directory_lists_and_where_a_peer_is_registered) {
  auto status = testing::super_status();
  status.directory = Directory{10, 2, {{"SE", 10}}, 12, 400, 3, 5, 70, false};
  status.registered = {{"192.0.2.9:443", true, ""}, {"192.0.2.8:443", false, "Set the clock."}};
  const auto text = status_text(status);
  EXPECT_THAT(
      text,
      HasSubstr("10 listed, 2 not answering; 12 registrations, 400 heartbeats, 3 refused; 5 lists given, "
                "70 renewed"));
  EXPECT_THAT(text, HasSubstr("The directory's database does not answer"));
  EXPECT_THAT(text,
              HasSubstr("\nregistered  192.0.2.9:443\nregistered  192.0.2.8:443: not yet. Set the clock.\n"));
}

TEST(StatusText, lets_nobody_speak_to_the_terminal) {
  auto status = testing::client_status();
  status.peers[0].last_error = "\x1b[2Jgone\r\n\xff";
  status.problem = "\x1b]0;title\x07";
  const auto text = status_text(status);
  EXPECT_THAT(text, HasSubstr("?[2Jgone???"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace qnet::control
