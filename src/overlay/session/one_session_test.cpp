// One session, whose peer is a plain socket that the test writes and reads.
#include "overlay/session/testing/session_fixture.hpp"

namespace qnet::session {
namespace {

namespace asio = boost::asio;
using net::Task;
using testing::key;
using testing::OneSession;
using testing::pattern;

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

TEST_F(OneSession, tells_when_its_peer_is_heard_next) {
  const auto session = start(keys());
  const auto begun = session->last_heard();
  int replaced = 0;
  int heard = 0;
  session->on_heard([&] { ++replaced; });
  session->on_heard([&] {
    ++heard;
    EXPECT_GT(session->last_heard(), begun) << "it shows already";
  });
  const auto record = sealed(opening());
  asio::write(wire, asio::buffer(record));
  for (int n = 0; n < 500 && heard == 0; ++n) io.run_one_for(std::chrono::milliseconds(20));
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(replaced, 0);
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

TEST_F(OneSession, takes_as_much_as_its_backlog_from_one_stream_when_no_other_waits) {
  const auto session = start(keys());
  const auto bulk = *session->open("/test/note/1", {});
  const auto data = pattern(SessionLimits::backlog);
  EXPECT_GE(bulk->try_write(data).value_or(0), 15 * SessionLimits::full_frame);
  EXPECT_EQ(bulk->write_room(), 0U);
  EXPECT_TRUE(bulk->prepare().empty());
}

TEST_F(OneSession, takes_a_short_message_although_the_backlog_is_full) {
  const auto session = start(keys());
  const auto bulk = *session->open("/test/note/1", {});
  const auto chat = *session->open("/test/note/1", {});
  const auto data = pattern(SessionLimits::backlog);
  (void)bulk->try_write(data);
  const base::Bytes message(SessionLimits::short_message / 2);
  EXPECT_EQ(chat->try_write(message).value_or(0), message.size());
  // But no more of them than are short together.
  (void)chat->try_write(data);
  EXPECT_EQ(chat->write_room(), 0U);
  EXPECT_EQ(chat->try_write(data).value_or(1), 0U);
}

TEST_F(OneSession, ends_after_close_although_its_peer_takes_nothing) {
  const auto session = start(keys());
  const auto stream = *session->open("/test/note/1", {});
  io.poll();  // the peer may name the stream when it has been told of it
  asio::write(wire, asio::buffer(sealed(mux::testing::credit(0, 2, 100'000'000))));
  const auto data = pattern(10'000);
  std::size_t written = 0;
  std::optional<bool> sent_all;
  asio::co_spawn(
      io,
      [](Stream& to, const base::Bytes& bytes, std::size_t& count,
         std::optional<bool>& result) -> Task<void> {
        for (; count < 6000; ++count)
          if (!co_await net::write_all(to, bytes)) co_return void(result = false);
        result = true;
      }(*stream, data, written, sent_all),
      asio::detached);
  // Until the connection's buffers are full: nobody reads.
  int without_progress = 0;
  for (auto before = written; without_progress < 100 && session->alive() && !sent_all; before = written) {
    io.run_one_for(std::chrono::milliseconds(1));
    without_progress = written == before ? without_progress + 1 : 0;
  }
  ASSERT_FALSE(sent_all);
  ASSERT_TRUE(session->alive()) << session->reason().message();
  session->close();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (session->alive() && std::chrono::steady_clock::now() < end)
    io.run_one_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(session->alive());
  EXPECT_EQ(sent_all, false);
}

TEST_F(OneSession, takes_nothing_more_to_be_sent_after_close) {
  const auto session = start(keys());
  const auto stream = *session->open("/test/note/1", {});
  session->close();
  const auto put = stream->try_write(pattern(10));
  ASSERT_FALSE(put);
  EXPECT_TRUE(put.error().is(Errc::ended));
  EXPECT_TRUE(stream->prepare().empty());
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

}  // namespace
}  // namespace qnet::session
