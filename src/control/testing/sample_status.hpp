// For tests: a Status with something in every field.
#pragma once

#include "control/status.hpp"

namespace qnet::control::testing {

inline Status client_status() {
  using namespace std::chrono_literals;
  Status status;
  status.version = "0.1.0";
  status.helper_mode = "client";
  status.state = State::connected;
  status.state_since = std::chrono::system_clock::from_time_t(1'750'000'000);
  status.uptime = 3725s;
  status.socks_address = "127.0.0.1:1088";
  status.browser_template = "chromium-156";
  status.path.emplace();
  status.path->stands = status.path->came_back = true;
  status.peers = {{.name = "relay-1",
                   .cover = "www.example",
                   .address = "192.0.2.7:443",
                   .state = PeerState::connected,
                   .round_trip = 12'345us,
                   .country = "SE",
                   .last_error = {}},
                  {.name = "relay-2",
                   .cover = "cdn.example",
                   .address = "[2001:db8::1]:8443",
                   .state = PeerState::failed,
                   .round_trip = {},
                   .country = {},
                   .last_error = "the connection was refused"}};
  status.counters = {.sessions_open = 1,
                     .streams_open = 5,
                     .bytes_up = 1'300'000,
                     .bytes_down = 5'000'000'000,
                     .handshakes = {},
                     .exit = {},
                     .circuits = {}};
  return status;
}

inline Status super_status() {
  Status status;
  status.version = "0.1.0";
  status.helper_mode = "super";
  status.state = State::calibrating;
  status.state_since = std::chrono::system_clock::from_time_t(1'750'000'060);
  status.uptime = std::chrono::seconds(42);
  status.peer_id = "12D3KooWExample";
  status.listen_address = "0.0.0.0:443";
  status.counters.handshakes =
      Handshakes{.accepted = 7, .spliced = 6, .replayed = 2, .clock_skewed = 1, .failed = 3};
  status.counters.exit =
      Exit{.open = 4, .total = 90, .refused = {{"port", 2}, {"private address", 11}}, .failures = 5};
  status.counters.circuits = Circuits{.open = 3,
                                      .created = 20,
                                      .refused = 4,
                                      .extended = 15,
                                      .unreachable = 2,
                                      .bytes = 7000,
                                      .rate = 1'250'000};
  status.limits = {{"exit_connections", 1000}};
  status.abuse_contact = "abuse@example.org";
  status.problem = "the cover origin does not answer";
  return status;
}

inline Status demo_status() {
  auto status = client_status();
  status.nodes = {{"client", client_status()}, {"super", super_status()}};
  return status;
}

}  // namespace qnet::control::testing
