// Two sessions over a real loopback connection.
#include "overlay/session/session.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/multistream.hpp"
#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::session {
namespace {

namespace asio = boost::asio;
using base::testing::SeededRandom;
using net::Task;

crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.data(), fill);
  return secret;
}

base::Bytes pattern(std::size_t size) {
  base::Bytes bytes(size);
  SeededRandom(size).fill(bytes);
  return bytes;
}

Task<base::Bytes> read_to_end(net::ByteStream& stream) {
  base::Bytes all;
  base::Bytes chunk(65536);
  for (;;) {
    const auto got = co_await net::read_some(stream, chunk);
    if (!got || *got == 0) co_return all;
    base::append(all, base::ByteView(chunk).first(*got));
  }
}

class Sessions : public testing::Test {
 protected:
  Sessions() {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    far_socket = far.native_handle();
    initiator = Session::start(link_over(std::move(near), keys(1, 2)), mux::Role::initiator, {});
    auto config = keys(2, 1);
    config.opening_records = {266, 266};
    responder =
        Session::start(link_over(std::move(far), std::move(config)), mux::Role::responder, protocols());
  }

  static htx::RecordLinkConfig keys(std::uint8_t send, std::uint8_t receive) {
    return {noise::CipherState(key(send)), noise::CipherState(key(receive))};
  }
  std::unique_ptr<link::Link> link_over(net::tcp::socket socket, htx::RecordLinkConfig config) {
    return std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                             std::move(config), random);
  }

  Protocols protocols() {
    return {{"/test/echo/1",
             [this](std::unique_ptr<Stream> stream) -> Task<void> {
               ++served;
               std::atomic<std::uint64_t> moved{0};
               (void)co_await net::pump(*stream, *stream, moved);
             }},
            {"/test/hold/1", [this](std::unique_ptr<Stream> stream) -> Task<void> {
               held = std::move(stream);
               co_return;
             }}};
  }

  /// Runs `task` to its end, at most 20 s.
  void run(Task<void> task) {
    bool done = false;
    asio::co_spawn(
        io,
        [](Task<void> inner, bool& flag) -> Task<void> {
          co_await std::move(inner);
          flag = true;
        }(std::move(task), done),
        asio::detached);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(100));
    ASSERT_TRUE(done) << "the task did not end";
  }
  void run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < end)
      io.run_one_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(condition());
  }

  std::unique_ptr<Stream> open(const char* protocol, base::ByteView first = {}) {
    auto stream = initiator->open(protocol, first);
    EXPECT_TRUE(stream);
    return std::move(*stream);
  }

  asio::io_context io{1};
  SeededRandom random{5};
  std::shared_ptr<Session> initiator;
  std::shared_ptr<Session> responder;
  std::unique_ptr<Stream> held;
  int far_socket = -1;
  int served = 0;
};

/// One session, and its peer's end of the connection as a plain socket.
class OneSession : public testing::Test {
 protected:
  std::shared_ptr<Session> start(htx::RecordLinkConfig config, Protocols protocols = {}) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    wire.connect(acceptor.local_endpoint());
    auto stream = std::make_unique<net::TcpStream>(acceptor.accept());
    return Session::start(std::make_unique<htx::RecordLink>(std::move(stream), std::move(config), random),
                          mux::Role::responder, std::move(protocols));
  }
  static htx::RecordLinkConfig keys() { return {noise::CipherState(key(2)), noise::CipherState(key(1))}; }

  /// What an initiator would send to open a stream of "/test/note/1".
  base::Bytes opening() {
    mux::testing::End end(mux::Role::initiator);
    end.mux.send(*end.mux.open(), mux::MultistreamInitiator("/test/note/1").opening());
    return std::move(end.out());
  }
  base::Bytes sealed(base::ByteView plaintext) {
    htx::testing::RecordPipe writer(noise::CipherState(key(1)), random);
    writer.append(plaintext);
    writer.flush();
    return {writer.pending().begin(), writer.pending().end()};
  }
  bool is_served(htx::RecordLinkConfig config) {
    bool served = false;
    const auto session =
        start(std::move(config), {{"/test/note/1", [&served](std::unique_ptr<Stream>) -> Task<void> {
                                     served = true;
                                     co_return;
                                   }}});
    for (int n = 0; n < 50 && !served; ++n) io.run_one_for(std::chrono::milliseconds(20));
    return served;
  }

  asio::io_context io{1};
  SeededRandom random{6};
  net::tcp::socket wire{io};
};

TEST_F(OneSession, takes_the_plaintext_that_came_with_the_handshake) {
  auto config = keys();
  config.early = opening();
  EXPECT_TRUE(is_served(std::move(config)));
}

TEST_F(OneSession, takes_the_records_that_came_behind_the_handshake) {
  auto config = keys();
  config.unread = sealed(opening());
  EXPECT_TRUE(is_served(std::move(config)));
}

TEST_F(OneSession, reads_all_records_that_came_together_before_a_handler_runs) {
  int served = 0;
  const auto session = start(keys(), {{"/test/note/1", [&served](std::unique_ptr<Stream>) -> Task<void> {
                                         ++served;
                                         std::ranges::fill(net::thread_scratch(), std::uint8_t{0xff});
                                         co_return;
                                       }}});
  htx::testing::RecordPipe writer(noise::CipherState(key(1)), random);
  mux::testing::End end(mux::Role::initiator);
  for (int n = 0; n < 8; ++n) {
    end.mux.send(*end.mux.open(), mux::MultistreamInitiator("/test/note/1").opening());
    writer.append(end.out());
    writer.flush();
    end.out().clear();
  }
  asio::write(wire, asio::buffer(writer.pending().data(), writer.pending().size()));
  for (int n = 0; n < 500 && served < 8 && session->alive(); ++n)
    io.run_one_for(std::chrono::milliseconds(20));
  EXPECT_EQ(served, 8) << session->reason().message();
}

TEST_F(OneSession, sends_records_of_the_origins_tickets_first) {
  auto config = keys();
  config.opening_records = {266, 250};
  const auto session = start(std::move(config));
  for (int n = 0; n < 50 && wire.available() < 526; ++n) io.run_one_for(std::chrono::milliseconds(20));
  std::array<std::uint8_t, 526> bytes{};
  ASSERT_EQ(asio::read(wire, asio::buffer(bytes)), bytes.size());
  EXPECT_EQ(base::to_hex(base::ByteView(bytes).first(5)), "170303010a");
  EXPECT_EQ(base::to_hex(base::ByteView(bytes).subspan(271, 5)), "17030300fa");
}

TEST_F(OneSession, goes_on_with_the_last_stream_when_the_others_died_waiting_for_room) {
  const auto session = start(keys());
  const auto data = pattern(200'000);
  std::vector<std::unique_ptr<Stream>> streams;
  std::vector<char> done(24);
  for (std::size_t n = 0; n < done.size(); ++n) {
    streams.push_back(*session->open("/test/note/1", {}));
    asio::co_spawn(
        io,
        [](Stream& stream, const base::Bytes& bytes, char& flag) -> Task<void> {
          for (int round = 0; round < 20; ++round)
            if (!co_await net::write_all(stream, bytes)) break;
          flag = 1;
        }(*streams.back(), data, done[n]),
        asio::detached);
  }
  // The peer reads nothing until the session's backlog is full, and gives each stream credit for all it has.
  base::Bytes credit;
  for (std::size_t n = 0; n < done.size(); ++n)
    base::append(credit, mux::testing::credit(0, static_cast<mux::StreamId>(2 * n + 2), 8'000'000));
  asio::write(wire, asio::buffer(sealed(credit)));
  for (int n = 0; n < 30; ++n) io.run_for(std::chrono::milliseconds(10));
  for (std::size_t n = 0; n + 1 < streams.size(); ++n) streams[n]->reset();
  io.run_for(std::chrono::milliseconds(50));
  streams.erase(streams.begin(), streams.end() - 1);

  wire.non_blocking(true);
  base::Bytes sink(1 << 20);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (done.back() == 0 && std::chrono::steady_clock::now() < end) {
    boost::system::error_code ignored;
    (void)wire.read_some(asio::buffer(sink), ignored);
    io.run_one_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(done.back(), 1) << "the stream was never told that there is room";
  streams.clear();
}

TEST_F(OneSession, ends_when_the_peer_does_not_read_its_answers) {
  const auto session = start(keys());
  htx::testing::RecordPipe writer(noise::CipherState(key(1)), random);
  auto proposal = mux::MultistreamInitiator("/test/nothing/1").opening();
  const auto frame_bytes = mux::testing::data(mux::flag::syn | mux::flag::fin, 1, proposal).size();
  std::size_t sent = 0;
  for (mux::StreamId id = 1; session->alive() && sent < 64U * 1024 * 1024;) {
    for (int n = 0; n < 500; ++n, id += 2) {
      writer.append(mux::testing::data(mux::flag::syn | mux::flag::fin, id, proposal));
      sent += frame_bytes;
    }
    writer.flush();
    while (session->alive() && !writer.pending().empty()) {
      boost::system::error_code error;
      wire.non_blocking(true);
      writer.sent(wire.write_some(asio::buffer(writer.pending().data(), writer.pending().size()), error));
      if (error && error != asio::error::would_block) break;
      io.poll();
    }
  }
  EXPECT_FALSE(session->alive()) << "after " << sent << " bytes";
  // Streams whose answers wait count as open, so that refusals may come first.
  EXPECT_TRUE(session->reason().is(Errc::unread_answers) || session->reason().is(mux::Errc::flood))
      << session->reason().message();
}

TEST_F(OneSession, knows_its_peers_key_and_the_hash_of_the_handshake) {
  auto config = keys();
  config.facts.handshake_hash[0] = 7;
  config.facts.peer_key[31] = 9;
  const auto session = start(std::move(config));
  EXPECT_EQ(session->facts().handshake_hash[0], 7);
  EXPECT_EQ(session->facts().peer_key[31], 9);
}

TEST_F(Sessions, echo_what_is_sent_with_the_opening) {
  auto stream = open("/test/echo/1", base::bytes_of("hello"));
  stream->finish();
  run([](Stream& s) -> Task<void> { EXPECT_EQ(base::text_of(co_await read_to_end(s)), "hello"); }(*stream));
  stream.reset();
  run_until([this] { return initiator->stream_count() == 0 && responder->stream_count() == 0; });
}

TEST_F(Sessions, carry_megabytes_both_ways_at_once) {
  const auto data = pattern(20'000'000);
  auto stream = open("/test/echo/1");
  asio::co_spawn(
      io,
      [](Stream& s, const base::Bytes& bytes) -> Task<void> {
        EXPECT_TRUE(co_await net::write_all(s, bytes));
        s.finish();
      }(*stream, data),
      asio::detached);
  run([](Stream& s, const base::Bytes& bytes) -> Task<void> {
    EXPECT_TRUE(co_await read_to_end(s) == bytes);
  }(*stream, data));
}

TEST_F(Sessions, carry_hundreds_of_streams_at_once) {
  std::size_t ended = 0;
  std::vector<std::unique_ptr<Stream>> streams;
  const auto data = pattern(50'000);
  for (int i = 0; i < 500; ++i) {
    streams.push_back(open("/test/echo/1"));
    asio::co_spawn(
        io,
        [](Stream& s, const base::Bytes& bytes, std::size_t& count) -> Task<void> {
          EXPECT_TRUE(co_await net::write_all(s, bytes));
          s.finish();
          EXPECT_TRUE(co_await read_to_end(s) == bytes);
          ++count;
        }(*streams.back(), data, ended),
        asio::detached);
  }
  run_until([&] { return ended == streams.size(); });
  streams.clear();
  run_until([this] { return initiator->stream_count() == 0 && responder->stream_count() == 0; });
}

TEST_F(Sessions, refuse_a_protocol_that_nobody_serves) {
  // The second is no line of the negotiation's: whoever declines must not take back what it has answered.
  for (const auto& question : {base::Bytes{'x'}, base::Bytes{0, 28, 0xa2, 0x64}}) {
    auto stream = open("/test/unknown/1", question);
    run([](Stream& s) -> Task<void> {
      base::Bytes room(10);
      const auto got = co_await net::read_some(s, room);
      EXPECT_FALSE(got);
      EXPECT_TRUE(got.error().is(Errc::protocol_refused)) << got.error().message();
    }(*stream));
    stream.reset();
    run_until([this] { return responder->stream_count() == 0; });
  }
}

TEST_F(Sessions, keep_reading_after_half_closing) {
  auto stream = open("/test/hold/1", base::bytes_of("question"));
  stream->finish();
  run_until([this] { return held != nullptr; });
  run([](Stream& near, Stream& far) -> Task<void> {
    EXPECT_EQ(base::text_of(co_await read_to_end(far)), "question");
    EXPECT_TRUE(co_await net::write_all(far, base::bytes_of("answer")));
    far.finish();
    EXPECT_EQ(base::text_of(co_await read_to_end(near)), "answer");
  }(*stream, *held));
}

TEST_F(Sessions, pass_a_reset_on) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  stream->reset();
  run([](Stream& far) -> Task<void> {
    base::Bytes room(10);
    const auto got = co_await net::read_some(far, room);
    EXPECT_TRUE(!got && got.error().is(Errc::stream_reset));
  }(*held));
}

TEST_F(Sessions, reset_a_stream_whose_owner_has_gone) {
  open("/test/hold/1").reset();
  run_until([this] { return initiator->stream_count() == 0; });
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  held.reset();
  run([](Stream& near) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(near, room));
  }(*stream));
}

TEST_F(Sessions, bound_what_waits_for_a_reader_that_does_not_read) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  const base::Bytes block(100'000);
  std::size_t taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto put = stream->try_write(block);
    ASSERT_TRUE(put);
    taken += *put;
    io.run_one_for(std::chrono::milliseconds(1));
  }
  EXPECT_LE(taken, mux::Limits{}.largest_window);
  EXPECT_EQ(stream->write_room(), 0U);
}

TEST_F(Sessions, end_when_a_record_was_altered) {
  auto stream = open("/test/echo/1", base::bytes_of("x"));
  run_until([this] { return served == 1; });
  // Bytes of somebody in the middle, put into the responder's own direction of the connection.
  const base::Bytes forged{23, 3,  3,  0,  20, 1,  2,  3,  4,  5,  6,  7, 8,
                           9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
  ASSERT_EQ(::send(far_socket, forged.data(), forged.size(), 0), static_cast<ssize_t>(forged.size()));
  run_until([this] { return !initiator->alive(); });
  EXPECT_TRUE(initiator->reason().is(htx::Errc::forged_record)) << initiator->reason().message();
  EXPECT_FALSE(initiator->open("/test/echo/1", {}));
}

TEST_F(Sessions, tell_both_sides_of_an_orderly_end) {
  bool told = false;
  responder->on_end([&] { told = true; });
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  initiator->close();
  run_until([&] { return told && !initiator->alive(); });
  run([](Stream& far) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(far, room));
  }(*held));
}

TEST_F(Sessions, that_drain_keep_their_streams_and_end_with_the_last_of_them) {
  auto stream = open("/test/echo/1", base::bytes_of("before "));
  run_until([this] { return served == 1; });
  initiator->drain();
  EXPECT_FALSE(initiator->usable());
  EXPECT_FALSE(initiator->open("/test/echo/1", {}));
  run_until([this] { return !responder->usable(); });
  EXPECT_FALSE(responder->open("/test/echo/1", {}));
  EXPECT_TRUE(initiator->alive() && responder->alive());
  run([](Stream& s) -> Task<void> {
    EXPECT_TRUE(co_await net::write_all(s, base::bytes_of("and after")));
    s.finish();
    EXPECT_EQ(base::text_of(co_await read_to_end(s)), "before and after");
  }(*stream));
  stream.reset();
  run_until([this] { return !initiator->alive() && !responder->alive(); });
  EXPECT_TRUE(initiator->reason().is(Errc::ended)) << initiator->reason().message();
  EXPECT_TRUE(responder->reason().is(Errc::ended)) << responder->reason().message();
}

TEST_F(Sessions, without_streams_end_at_once_when_they_drain) {
  initiator->drain();
  run_until([this] { return !initiator->alive() && !responder->alive(); });
  EXPECT_TRUE(initiator->reason().is(Errc::ended)) << initiator->reason().message();
}

TEST_F(Sessions, end_every_stream_when_the_connection_breaks) {
  auto stream = open("/test/hold/1");
  run_until([this] { return held != nullptr; });
  ::shutdown(far_socket, SHUT_RDWR);
  run([](Stream& near) -> Task<void> {
    base::Bytes room(10);
    EXPECT_FALSE(co_await net::read_some(near, room));
  }(*stream));
  EXPECT_FALSE(initiator->alive());
}

}  // namespace
}  // namespace qnet::session
