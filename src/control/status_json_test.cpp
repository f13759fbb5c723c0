#include "control/status_json.hpp"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

std::vector<std::string> keys(const json::value& value) {
  std::vector<std::string> names;
  for (const auto& [key, member] : value.as_object()) names.emplace_back(key);
  return names;
}

json::value render(const Status& status) { return json::parse(status_json(status)); }

TEST(StatusJson, has_every_key_but_the_exit_even_when_nothing_is_known) {
  const auto all = render(Status{});
  EXPECT_THAT(keys(all), ElementsAre("version", "mode", "state", "state_since", "uptime_seconds", "peer_id",
                                     "socks_addr", "socks_password", "listen_addr", "template",
                                     "peers_online", "mesh_peer_count", "hops", "exit_countries", "circuits",
                                     "exit_seen", "peers", "bytes", "sessions_open", "streams_open",
                                     "handshakes", "relayed", "rates", "network", "directory", "registered",
                                     "limits", "abuse_contact", "advice", "last_error", "happened", "nodes"));
  EXPECT_EQ(all.at("state"), "offline");
  for (const auto* key : {"peer_id", "hops", "exit_seen", "relayed", "last_error"})
    EXPECT_TRUE(all.at(key).is_null()) << key;
}

TEST(StatusJson, gives_the_network_the_directory_and_where_it_is_registered) {
  auto status = testing::super_status();
  status.network = Network{3, 1, {{"SE", 2}, {"", 1}}, 3, 3, std::nullopt, "", 2};
  status.directory = Directory{1, 2, {{"SE", 1}}, 3, 4, 5, 6, 7, true, 8, 9};
  status.registered = {{"192.0.2.9:443", false, "Set the clock."}};
  const auto all = render(status);
  EXPECT_EQ(all.at("network"),
            json::parse(R"({"relays":3,"exits":1,"countries":{"unknown":1,"SE":2},"operators":3,
      "agreeing":3,"as_of":null,"problem":null,"measured":2})"));
  EXPECT_EQ(all.at("directory"),
            json::parse(R"({"listed":1,"waiting":2,"countries":{"SE":1},"registrations":3,
      "heartbeats":4,"refused":5,"snapshots":6,"renewals":7,"store_works":true,"measures":8,"reports":9})"));
  EXPECT_EQ(all.at("registered"),
            json::parse(R"([{"directory":"192.0.2.9:443","listed":false,"problem":"Set the clock."}])"));
}

TEST(StatusJson, gives_the_path_of_a_client) {
  auto status = testing::client_status();
  auto& path = *status.path;
  path.hops = 3;
  path.countries = {"SE", "NO"};
  path.circuits = {{{{"a:1", "", "www.example"}, {"b:2"}, {"c:3", "SE"}},
                    "in use",
                    2,
                    std::chrono::seconds(61),
                    std::chrono::milliseconds(150)}};
  path.exit_seen = Hop{"93.184.216.34", "SE"};
  const auto all = render(status);
  EXPECT_EQ(all.at("hops"), 3);
  EXPECT_EQ(all.at("exit_countries"), json::parse(R"(["SE","NO"])"));
  EXPECT_EQ(all.at("circuits"),
            json::parse(R"([{"hops":[{"address":"a:1","country":null,"cover":"www.example"},
      {"address":"b:2","country":null,"cover":null},
      {"address":"c:3","country":"SE","cover":null}],
      "state":"in use","streams":2,"age_seconds":61,"round_trip_ms":1.5E2}])"));
  EXPECT_EQ(all.at("exit_seen"), json::parse(R"({"address":"93.184.216.34","country":"SE"})"));
}

TEST(StatusJson, counts_peers_by_the_lists_and_by_sessions) {
  auto status = testing::client_status();
  EXPECT_EQ(render(status).at("peers_online"), 1);
  EXPECT_EQ(render(status).at("mesh_peer_count"), 1);
  status.network = Network{31, 9, {}, 3, 3, std::nullopt, "", 2};
  EXPECT_EQ(render(status).at("peers_online"), 31);
}

TEST(StatusJson, says_what_is_wrong_and_what_to_do) {
  auto status = testing::client_status();
  EXPECT_EQ(render(status).at("advice").at("code"), "ok");
  status.path->wanted = false;
  status.state = State::disconnected;
  const auto advice = render(status).at("advice");
  EXPECT_EQ(advice.at("code"), "disconnected");
  EXPECT_THAT(std::string(advice.at("text").as_string()), ::testing::HasSubstr("disconnected"));
  EXPECT_FALSE(advice.at("todo").as_string().empty());
}

TEST(StatusJson, says_what_happened) {
  auto status = testing::client_status();
  status.happened = {{status.state_since, "exit_in", {{"address", "192.0.2.9"}, {"country", "SE"}}}};
  EXPECT_EQ(render(status).at("happened"), json::parse(R"([{"at":"2025-06-15T15:06:40Z","code":"exit_in",
      "words":{"address":"192.0.2.9","country":"SE"},"text":"Sites see the exit 192.0.2.9 in SE now."}])"));
}

TEST(StatusJson, gives_each_peer_that_this_node_dials) {
  const auto all = render(testing::client_status());
  const auto& peers = all.at("peers").as_array();
  ASSERT_EQ(peers.size(), 2U);
  EXPECT_EQ(peers[0], json::parse(R"({"name":"relay-1","cover":"www.example","address":"192.0.2.7:443",
      "state":"connected","round_trip_ms":12.345,"country":"SE","last_error":null})"));
  EXPECT_EQ(peers[1], json::parse(R"({"name":"relay-2","cover":"cdn.example","address":"[2001:db8::1]:8443",
      "state":"failed","round_trip_ms":null,"country":null,"last_error":"the connection was refused"})"));
}

TEST(StatusJson, gives_times_in_utc_and_exact_counts) {
  const auto all = render(testing::client_status());
  EXPECT_EQ(all.at("state_since"), "2025-06-15T15:06:40Z");
  EXPECT_EQ(all.at("uptime_seconds"), 3725);
  EXPECT_EQ(all.at("bytes").at("down").to_number<std::uint64_t>(), 5'000'000'000U);
}

TEST(StatusJson, counts_handshakes_and_refusals_by_reason) {
  const auto counters = render(testing::super_status());
  EXPECT_EQ(counters.at("handshakes"),
            json::parse(R"({"accepted":7,"spliced":6,"replayed":2,"clock_skewed":1,"failed":3})"));
  EXPECT_EQ(counters.at("exit"),
            json::parse(R"({"open":4,"total":90,"refused":{"port":2,"private address":11},"failures":5})"));
}

TEST(StatusJson, counts_circuits) {
  EXPECT_EQ(
      render(testing::super_status()).at("relayed"),
      json::parse(
          R"({"open":3,"created":20,"refused":4,"extended":15,"unreachable":2,"bytes":7000,"rate":1250000})"));
}

TEST(StatusJson, nests_the_nodes_of_the_demo_by_name) {
  const auto nodes = render(testing::demo_status()).at("nodes");
  EXPECT_THAT(keys(nodes), ElementsAre("client", "super"));
  EXPECT_EQ(nodes.at("super").at("mode"), "super");
  EXPECT_EQ(nodes.at("super").at("last_error"), "the cover origin does not answer");
}

TEST(StatusJson, escapes_what_others_wrote) {
  auto status = testing::client_status();
  status.problem = "a \"quote\"\nand a line";
  EXPECT_EQ(render(status).at("last_error"), "a \"quote\"\nand a line");
}

}  // namespace
}  // namespace qnet::control
