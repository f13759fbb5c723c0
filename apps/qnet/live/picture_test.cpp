// Pictures of statuses as the API gives them.
#include "live/picture.hpp"

#include <gmock/gmock.h>

#include "control/status_json.hpp"
#include "live/printable.hpp"

namespace qnet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) +
                                                 12h};

control::Status client() {
  control::Status status;
  status.version = "0.1.0";
  status.helper_mode = "client";
  status.state = control::State::connected;
  status.state_since = kNow - 754s;
  status.socks_address = "127.0.0.1:1088";
  status.uptime = 3700s;
  status.counters.bytes_up = 1536;
  status.counters.bytes_down = 3 * 1024 * 1024;
  status.rates = {{0, 0, 3072}, {3072, 3072, 3072}};
  status.path.emplace();
  status.path->hops = 3;
  status.path->countries = {"SE", "NO"};
  status.path->stands = true;
  status.path->exit_seen = control::Hop{"192.0.2.9", "SE"};
  status.path->circuits = {{{{"198.51.100.1:443", "DE"}, {"198.51.100.2:443", ""}, {"192.0.2.8:9443", "SE"}},
                            "in use",
                            2,
                            90s,
                            84'300us}};
  status.network = control::Network{12, 4, {}, 3, 2};
  status.happened = {{kNow - 65s, "connected"}};
  return status;
}

Terminal plain() { return {}; }

std::string picture(const control::Status& status, const Terminal& terminal = plain()) {
  Page page(terminal);
  draw_status(page, boost::json::parse(control::status_json(status)).as_object(), kNow);
  return page.text();
}

TEST(Picture, of_a_client_says_how_it_is_and_where_its_connections_go) {
  const auto text = picture(client());
  EXPECT_THAT(text, HasSubstr("[*] Connected for 12 min 34 s  client, QNet 0.1.0\n"));
  EXPECT_THAT(text, HasSubstr("Everything works.\n"));
  EXPECT_THAT(text, HasSubstr("Mode        Private: 3 relays; exits in SE, NO\n"));
  EXPECT_THAT(text, HasSubstr("Path        [*] 198.51.100.1 DE -> 198.51.100.2 -> 192.0.2.8:9443 SE "
                              "(84.3 ms, in use, 2 streams)\n"));
  EXPECT_THAT(text, HasSubstr("Exit        sites see 192.0.2.9 in SE\n"));
  EXPECT_THAT(text, HasSubstr("Proxy       127.0.0.1:1088\n"));
  EXPECT_THAT(text, HasSubstr("Now         1.0 KiB/s up, 3.0 KiB/s down\n"));
  EXPECT_THAT(text, HasSubstr("In all      1.5 KiB up, 3.0 MiB down in 1 h 1 min\n"));
  EXPECT_THAT(text, HasSubstr("Network     12 relays, 4 exits; 2 of 3 operators agree\n"));
  EXPECT_THAT(text, HasSubstr("(1 min 5 s ago)"));
}

TEST(Picture, of_what_is_wrong_says_what_to_do) {
  auto status = client();
  status.state = control::State::disconnected;
  status.path->wanted = false;
  const auto text = picture(status);
  EXPECT_THAT(text, HasSubstr("[-] Disconnected"));
  EXPECT_THAT(text,
              HasSubstr("QNet is disconnected. Programs that use its proxy reach nothing.\n-> Connect when"));
}

TEST(Picture, of_a_relay_is_its_operators) {
  control::Status status;
  status.helper_mode = "super";
  status.state = control::State::connected;
  status.state_since = kNow;
  status.listen_address = "0.0.0.0:443";
  status.peer_id = "12D3KooWBpiw4AdFo7DbriDMZG7Xtd58i67ffZfBWhSd9VTM1xMR";
  status.counters.handshakes = control::Handshakes{5, 4, 3, 2, 1};
  status.counters.exit = control::Exit{1, 20, {{"port", 2}, {"private_address", 7}}, 3};
  status.counters.circuits = control::Circuits{1, 2, 3, 4, 5, 2048, 1024};
  status.directory = control::Directory{.listed = 3, .waiting = 1, .countries = {{"SE", 2}, {"", 1}}};
  status.registered = {{"192.0.2.1:443", false, "It does not answer."}};
  status.limits = {{"exit_connections", 1000}, {"circuit_bytes_per_second", 1024}};
  status.abuse_contact = "abuse@example.org";
  const auto text = picture(status);
  for (const auto* const part :
       {"super peer", "Listens on  0.0.0.0:443", status.peer_id.c_str(), "1 open; 2 created, 4 extended",
        "Relayed     2.0 KiB, at most 1.0 KiB/s", "Exit        1 open, 20 in all, 3 failed",
        "Refused     private_address 7, port 2", "5 accepted, 4 passed to the cover origin",
        "3 listed, 1 not answering", "SE 2, unknown 1",
        "Listed by   [!] not by 192.0.2.1: It does not answer.", "circuit 1.0 KiB/s, exit connections 1000",
        "Complaints  abuse@example.org"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("Mode ")));
}

TEST(Picture, of_the_demo_has_a_line_for_each_node) {
  auto status = client();
  status.helper_mode = "demo";
  control::Status relay;
  relay.helper_mode = "relay";
  relay.peer_id = "12D3KooWBpiw4AdFo7DbriDMZG7Xtd58i67ffZfBWhSd9VTM1xMR";
  status.nodes = {{"client", client()}, {"relay-1", relay}};
  const auto text = picture(status);
  EXPECT_THAT(text, HasSubstr("[*] client   Connected  client"));
  EXPECT_THAT(text, HasSubstr("[!] relay-1  Offline    relay   0 sessions  0 B      " + relay.peer_id));
}

TEST(Picture, fits_every_terminal) {
  for (const std::size_t width : {40U, 60U, 80U, 120U}) {
    const Terminal terminal{true, false, true, width, 24};
    Page page(terminal);
    draw_status(page, boost::json::parse(control::status_json(client())).as_object(), kNow);
    for (const auto& line : page.lines()) EXPECT_LE(columns(line), width) << line;
    EXPECT_THAT(page.text(), HasSubstr("● Connected"));
  }
}

TEST(Picture, is_ascii_without_a_terminal) {
  for (const char c : picture(client())) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
}

TEST(Picture, shows_what_others_wrote_without_its_control_characters) {
  auto status = client();
  status.path->circuits[0].hops[0] = {"\x1b]0;owned\x07", "\x1b["};
  status.version = "0.1\x1b[2J";
  EXPECT_EQ(picture(status).find('\x1b'), std::string::npos);
}

TEST(Picture, of_another_versions_status_lacks_what_it_lacks) {
  Page page(plain());
  draw_status(page,
              boost::json::parse(R"({"state":"connected","circuits":[7,{"hops":7}],"rates":[],"bytes":-1,
    "nodes":{"a":7},"happened":[{}],"peers":"x","advice":3,"mode":4,"hops":"x"})")
                  .as_object(),
              kNow);
  EXPECT_THAT(page.text(), HasSubstr("Connected"));
}

TEST(Circuits, are_shown_hop_by_hop) {
  Page page(plain());
  draw_circuits(page, boost::json::parse(control::status_json(client())).as_object());
  EXPECT_EQ(page.text(),
            "[*] Circuit 1  84.3 ms, in use, 2 streams, for 1 min 30 s\n"
            "  |-  guard   DE  198.51.100.1:443\n"
            "  |-  middle      198.51.100.2:443\n"
            "  `-  exit    SE  192.0.2.8:9443\n");
}

TEST(Peers, are_shown_with_what_is_wrong) {
  auto status = client();
  status.peers = {
      {"a", "www.example.com", "192.0.2.1:443", control::PeerState::connected, 9'100us, "SE"},
      {"b", "www.example.org", "192.0.2.22:443", control::PeerState::failed, {}, "", "Nothing answers."}};
  Page page(plain());
  draw_peers(page, boost::json::parse(control::status_json(status)).as_object());
  EXPECT_EQ(page.text(),
            "[*] connected  192.0.2.1:443   SE  9.1 ms  www.example.com\n"
            "[!] failed     192.0.2.22:443              www.example.org\n"
            "-> Nothing answers.\n");
}

TEST(Circuits, that_are_not_there_are_explained) {
  control::Status relay;
  relay.helper_mode = "relay";
  Page page(plain());
  draw_circuits(page, boost::json::parse(control::status_json(relay)).as_object());
  EXPECT_THAT(page.text(), HasSubstr("no client"));
}

}  // namespace
}  // namespace qnet::cli
