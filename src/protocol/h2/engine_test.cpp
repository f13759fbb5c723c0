#include "protocol/h2/engine.hpp"

#include <gtest/gtest.h>

#include <set>

namespace qnet::h2 {
namespace {

const Headers kRequest{{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/x"}};
const Headers kOk{{":status", "200"}};

class Engines : public ::testing::Test {
 protected:
  explicit Engines(const Limits& limits = {}) : server(Role::server, limits) {}

  /// Carries bytes both ways until there are none. In pieces of `piece` bytes.
  void exchange(std::size_t piece = 1 << 20) {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto [from, to] : {std::pair{&client, &server}, std::pair{&server, &client}}) {
        base::ByteQueue wire;
        from->output(wire, 1 << 20);
        while (!wire.empty()) {
          const auto count = std::min(piece, wire.size());
          ASSERT_TRUE(to->receive(wire.view().first(count)));
          wire.pop(count);
          moved = true;
        }
      }
    }
  }

  static std::set<Event::Kind> events(Engine& engine) {
    std::set<Event::Kind> kinds;
    while (const auto event = engine.next_event()) kinds.insert(event->kind);
    return kinds;
  }

  static std::string read(Engine& engine, StreamId id) {
    std::string text(1 << 20, '\0');
    text.resize(engine.read(id, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
    return text;
  }

  Engine client{Role::client, Limits::browser()};
  Engine server;
};

TEST_F(Engines, carry_a_request_and_a_response_with_bodies) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20U}) {
    const auto id = *client.request(kRequest);
    client.write(id, base::bytes_of("question"));
    exchange(piece);
    EXPECT_TRUE(events(server).contains(Event::Kind::headers));
    EXPECT_EQ(server.headers(id), kRequest);
    EXPECT_EQ(read(server, id), "question");
    EXPECT_FALSE(server.at_end(id));

    ASSERT_TRUE(server.respond(id, kOk, false));
    server.write(id, base::bytes_of("answer"));
    server.finish(id);
    client.finish(id);
    exchange(piece);
    EXPECT_EQ(find(client.headers(id), ":status"), "200");
    EXPECT_EQ(read(client, id), "answer");
    EXPECT_TRUE(client.at_end(id));
    EXPECT_TRUE(server.at_end(id));
    EXPECT_FALSE(client.was_reset(id));
    client.release(id);
    server.release(id);
  }
}

TEST_F(Engines, stop_a_sender_whose_bytes_nobody_reads_and_go_on_when_they_are_read) {
  const auto id = *client.request(kRequest);
  exchange();
  const base::Bytes block(100'000, 7);
  std::size_t sent = 0;
  for (int i = 0; i < 50; ++i) {
    sent += client.write(id, block);
    exchange();
  }
  const Limits limits;
  EXPECT_EQ(server.readable(id), static_cast<std::size_t>(limits.stream_window));
  EXPECT_EQ(sent, static_cast<std::size_t>(limits.stream_window) + limits.unsent);
  EXPECT_EQ(client.room(id), 0U);
  std::size_t received = read(server, id).size();
  exchange();
  received += read(server, id).size();
  exchange();
  EXPECT_EQ(received + server.readable(id), sent);
}

TEST_F(Engines, hold_back_so_much_of_all_streams_together) {
  const base::Bytes block(200'000, 7);
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {  // its SETTINGS, without which nothing is sent, are not exchanged
    const auto id = *client.request(kRequest);
    sent += client.write(id, block);
  }
  EXPECT_EQ(sent, Limits().unsent_of_all);
  EXPECT_EQ(client.unsent(), sent);
}

TEST_F(Engines, tell_a_reset) {
  const auto id = *client.request(kRequest);
  exchange();
  (void)events(server);
  client.reset(id);
  exchange();
  EXPECT_EQ(events(server), std::set{Event::Kind::reset});
  EXPECT_TRUE(server.was_reset(id));
  EXPECT_FALSE(server.respond(id, kOk, true));
}

TEST_F(Engines, reset_a_stream_that_is_released_unfinished) {
  const auto id = *client.request(kRequest);
  exchange();
  server.release(id);
  exchange();
  EXPECT_TRUE(client.was_reset(id));
}

TEST_F(Engines, end_a_request_that_was_answered_before_its_end) {
  const auto id = *client.request(kRequest);
  exchange();
  ASSERT_TRUE(server.respond(id, kOk, true));
  server.release(id);
  exchange();
  EXPECT_EQ(find(client.headers(id), ":status"), "200");
  EXPECT_TRUE(client.at_end(id));
  EXPECT_FALSE(client.was_reset(id));
}

TEST_F(Engines, finish_after_a_go_away_and_the_last_stream) {
  const auto id = *client.request(kRequest);
  exchange();
  client.go_away();
  exchange();
  EXPECT_FALSE(client.finished());
  client.finish(id);
  ASSERT_TRUE(server.respond(id, kOk, true));
  exchange();
  EXPECT_TRUE(client.finished());
}

TEST_F(Engines, refuse_what_is_no_http_2) {
  const auto taken = server.receive(base::bytes_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(Errc::protocol));
}

TEST_F(Engines, reset_a_request_with_too_many_or_too_large_headers) {
  const Limits limits;
  Headers many = kRequest;
  for (std::size_t i = 0; i < limits.header_fields; ++i) many.push_back({"x" + std::to_string(i), "1"});
  Headers large = kRequest;
  for (int i = 0; i < 5; ++i) large.push_back({"x", std::string(8'000, 'x')});
  for (const auto& headers : {many, large}) {
    const auto id = *client.request(headers);
    exchange();
    EXPECT_FALSE(events(server).contains(Event::Kind::headers));
    EXPECT_TRUE(client.was_reset(id));
    client.release(id);
  }
}

}  // namespace
}  // namespace qnet::h2
