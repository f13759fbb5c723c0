// A WebSocket as a stream of bytes, over memory and over a real connection.
#include "protocol/websocket/stream.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/memory_stream.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::websocket {
namespace {

using net::Task;
using ::testing::ElementsAre;
using ::testing::StartsWith;

std::string_view frame(std::string_view literal) { return literal; }

class Streams : public ::testing::Test {
 protected:
  /// Our side of a connection of which `lower` is the other.
  void open(Role role = Role::client, std::string_view received = {}) {
    auto memory = std::make_unique<net::testing::MemoryStream>(io.get_executor());
    lower = memory.get();
    stream = std::make_unique<Stream>(std::move(memory), role, random, base::bytes_of(received));
  }
  /// What try_read() gives: bytes, "end", or why not.
  std::string read(std::size_t most = 100) {
    base::Bytes chunk(most);
    const auto got = stream->try_read(chunk);
    if (!got) return "(" + got.error().message() + ")";
    return *got == 0 ? "end" : std::string(base::text_of(base::ByteView(chunk).first(*got)));
  }
  /// What the other side understands of all that was written, and whether it has read the end.
  std::string understood(bool* ended = nullptr) {
    Codec other(Role::server, random);
    base::ByteQueue data;
    base::ByteQueue answers;
    EXPECT_TRUE(other.receive(base::bytes_of(lower->written), data, answers));
    if (ended != nullptr) *ended = other.at_end();
    return std::string(base::text_of(data.view()));
  }

  boost::asio::io_context io{1};
  base::testing::SeededRandom random{1};
  net::testing::MemoryStream* lower = nullptr;
  std::unique_ptr<Stream> stream;
};

TEST_F(Streams, carry_megabytes_both_ways_at_once) {
  auto pair = net::testing::tcp_pair(io);
  Stream client(std::move(pair.near), Role::client, random, {});
  Stream server(std::move(pair.far), Role::server, random, {});
  base::Bytes bytes(3'000'001);
  random.fill(bytes);
  const auto copy = [&bytes](Stream& from, Stream& to, bool& same) -> Task<void> {
    boost::asio::co_spawn(
        from.executor(),
        [](Stream& writer, base::ByteView all) -> Task<void> {
          EXPECT_TRUE(co_await net::write_all(writer, all));
        }(from, bytes),
        boost::asio::detached);
    base::Bytes received;
    base::Bytes chunk(50'000);
    while (received.size() < bytes.size()) {
      const auto got = co_await net::read_some(to, chunk);
      if (!got || *got == 0) break;
      base::append(received, base::ByteView(chunk).first(*got));
    }
    same = received == bytes;
  };
  bool up = false;
  bool down = false;
  boost::asio::co_spawn(io, copy(client, server, up), boost::asio::detached);
  boost::asio::co_spawn(io, copy(server, client, down), boost::asio::detached);
  EXPECT_TRUE(net::testing::comes_true(io, [&] { return up && down; }));
}

TEST_F(Streams, end_for_both_when_one_has_finished) {
  auto pair = net::testing::tcp_pair(io);
  Stream client(std::move(pair.near), Role::client, random, {});
  Stream server(std::move(pair.far), Role::server, random, {});
  EXPECT_TRUE(net::testing::runs_to_end(io, [&]() -> Task<void> {
    EXPECT_TRUE(co_await net::testing::write_text(client, "last words"));
    client.finish();
    EXPECT_EQ(co_await net::testing::read_text(server), "last words(end)");
    EXPECT_EQ(co_await net::testing::read_text(client), "(end)");
    EXPECT_FALSE(co_await net::testing::write_text(server, "too late"));
  }));
}

TEST_F(Streams, begin_with_what_came_behind_the_upgrade) {
  open(Role::client, frame("\x82\x05Hello\x82"));
  EXPECT_TRUE(net::testing::run(io, stream->wait_readable()));  // though nothing is there below
  EXPECT_EQ(read(), "Hello");
  EXPECT_THAT(read(), StartsWith("(nothing"));
  lower->incoming = "\x02, ";  // the rest of the second frame
  EXPECT_EQ(read(), ", ");
}

TEST_F(Streams, give_what_was_received_piece_by_piece) {
  open();
  lower->incoming = "\x82\x05Hello";
  EXPECT_TRUE(net::testing::run(io, stream->wait_readable()));
  EXPECT_EQ(read(2), "He");
  EXPECT_EQ(read(2), "ll");
  EXPECT_EQ(read(2), "o");
}

TEST_F(Streams, end_with_a_close_or_with_the_connection) {
  open();
  lower->incoming = std::string("\x82\x02hi\x88\x00", 6);
  EXPECT_EQ(read(), "hi");
  EXPECT_TRUE(net::testing::run(io, stream->wait_readable()));
  EXPECT_EQ(read(), "end");
  open();
  lower->at_end = true;
  EXPECT_EQ(read(), "end");
}

TEST_F(Streams, tell_what_is_wrong_behind_what_was_good) {
  open();
  lower->incoming = "\x82\x02hi\x81\x02no";  // text
  EXPECT_EQ(read(), "hi");
  EXPECT_TRUE(net::testing::run(io, stream->wait_readable()));
  EXPECT_EQ(read(), "(" + std::string(describe(Errc::bad_frame)) + ")");
  open(Role::client, frame("\x81\x02no"));
  EXPECT_EQ(read(), "(" + std::string(describe(Errc::bad_frame)) + ")");
  open();
  lower->read_fails = net::Errc::reset;
  EXPECT_EQ(read(), "(" + std::string(net::describe(net::Errc::reset)) + ")");
}

// RFC 6455 §5.7.
TEST_F(Streams, answer_pings_while_they_are_read) {
  open(Role::server);
  lower->incoming = "\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_THAT(read(), StartsWith("("));
  EXPECT_EQ(lower->written, "\x8a\x05Hello");
}

TEST_F(Streams, answer_a_ping_later_when_there_is_no_room) {
  open(Role::server);
  lower->takes = 0;
  lower->incoming = "\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  EXPECT_THAT(read(), StartsWith("("));
  EXPECT_EQ(lower->written, "");
  lower->takes = 1000;
  EXPECT_EQ(stream->try_write(base::bytes_of("more")).value(), 4U);
  EXPECT_EQ(lower->written, "\x8a\x05Hello\x82\x04more");
}

TEST_F(Streams, hold_few_answers_for_one_who_reads_none) {
  open();
  lower->takes = 0;
  std::string last;
  for (int i = 0; i < 3000 && !last.starts_with("(the"); ++i) {
    lower->incoming = "\x89\x7d" + std::string(125, 'x');
    last = read();
  }
  EXPECT_EQ(last, "(" + std::string(describe(Errc::answers_unread)) + ")");
}

TEST_F(Streams, write_through_any_little_room) {
  open();
  std::string text(100'000, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  std::size_t done = 0;
  for (int i = 0; i < 10'000 && done < text.size(); ++i) {
    lower->takes = static_cast<std::size_t>(i) % 977;
    const auto put = stream->try_write(base::bytes_of(text).subspan(done));
    ASSERT_TRUE(put);
    done += *put;
  }
  EXPECT_EQ(done, text.size());
  EXPECT_TRUE(understood() == text);
}

// A frame fills one of TLS's records. Who writes as much as there is room for makes no others.
TEST_F(Streams, have_room_for_whole_frames) {
  for (const auto role : {Role::client, Role::server}) {
    open(role);
    EXPECT_EQ(stream->write_room(), std::numeric_limits<std::size_t>::max());
    const auto whole = longest_payload(role);
    for (const auto& [below, frames] :
         {std::pair(0, 0), {1, 1}, {16'384, 1}, {32'767, 1}, {32'768, 2}, {100'000, 6}}) {
      lower->room = static_cast<std::size_t>(below);
      EXPECT_EQ(stream->write_room(), static_cast<std::size_t>(frames) * whole) << below;
    }
    const base::Bytes block(3 * whole);
    EXPECT_EQ(stream->try_write(block).value(), block.size());
    EXPECT_EQ(lower->written.size(), 3 * Limits::frame);
    EXPECT_EQ(lower->longest_write, Limits::frame);
  }
}

TEST_F(Streams, refuse_other_bytes_than_those_that_wait) {
  open();
  lower->takes = 5;
  EXPECT_EQ(stream->try_write(base::bytes_of("0123456789")).value(), 0U);
  lower->takes = 1000;
  EXPECT_TRUE(stream->try_write(base::bytes_of("012")).error().is(net::Errc::failed));
}

TEST_F(Streams, say_when_the_connection_takes_no_more) {
  open();
  lower->write_fails = net::Errc::reset;
  EXPECT_TRUE(stream->try_write(base::bytes_of("x")).error().is(net::Errc::reset));
  EXPECT_TRUE(net::testing::run(io, stream->wait_writable()).error().is(net::Errc::reset));
}

TEST_F(Streams, write_nothing_behind_their_end_and_read_on) {
  open();
  EXPECT_EQ(stream->try_write(base::bytes_of("bye")).value(), 3U);
  stream->finish();
  stream->finish();
  const auto once = lower->written;
  EXPECT_TRUE(stream->try_write(base::bytes_of("x")).error().is(net::Errc::closed));
  EXPECT_EQ(lower->written, once);
  bool ended = false;
  EXPECT_EQ(understood(&ended), "bye");
  EXPECT_TRUE(ended);
  EXPECT_FALSE(lower->finished);  // a WebSocket ends by its own word
  lower->incoming = "\x82\x02hi";
  EXPECT_EQ(read(), "hi");
}

TEST_F(Streams, close_with_a_last_word_and_break_off_without) {
  open();
  stream->close();
  bool ended = false;
  EXPECT_EQ(understood(&ended), "");
  EXPECT_TRUE(ended);
  EXPECT_TRUE(lower->finished);
  open();
  stream->reset();
  EXPECT_EQ(lower->written, "");
  EXPECT_TRUE(lower->was_reset);
  EXPECT_FALSE(lower->finished);
}

}  // namespace
}  // namespace qnet::websocket
