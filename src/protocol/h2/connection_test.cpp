// A client and a server over a real loopback connection.
#include "protocol/h2/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/h2/stream.hpp"

namespace qnet::h2 {
namespace {

namespace asio = boost::asio;
using net::Task;

const Headers kRequest{{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/x"}};

/// With room for one record of TLS at a time, as a slow line below a link has.
class LittleRoom final : public net::ByteStream {
 public:
  explicit LittleRoom(std::unique_ptr<net::ByteStream> lower) : lower_(std::move(lower)) {}
  Task<base::Result<void>> wait_readable() override { return lower_->wait_readable(); }
  base::Result<std::size_t> try_read(base::MutableBytes out) override { return lower_->try_read(out); }
  Task<base::Result<void>> wait_writable() override { return lower_->wait_writable(); }
  [[nodiscard]] std::size_t write_room() const override { return net::UnsentLimits::record; }
  base::Result<std::size_t> try_write(base::ByteView bytes) override { return lower_->try_write(bytes); }
  void finish() override { lower_->finish(); }
  void reset() override { lower_->reset(); }
  void close() override { lower_->close(); }
  [[nodiscard]] asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  std::unique_ptr<net::ByteStream> lower_;
};

class Connections : public ::testing::Test {
 protected:
  void start(Handler handler, const Limits& limits = {}, const Limits& clients = Limits::browser()) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    auto far = std::make_unique<LittleRoom>(std::make_unique<net::TcpStream>(acceptor.accept()));
    server = Connection::start(std::move(far), Role::server, limits, std::move(handler));
    client = Connection::start(std::make_unique<net::TcpStream>(std::move(near)), Role::client, clients);
  }

  void run(Task<void> task) {
    bool done = false;
    asio::co_spawn(io, std::move(task), [&done](const std::exception_ptr&) { done = true; });
    run_until([&done] { return done; });
  }
  void run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < end)
      io.run_one_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(condition());
  }

  static Task<void> echo(std::unique_ptr<Stream> stream) {
    EXPECT_TRUE(stream->respond({{":status", "200"}}, false));
    std::atomic<std::uint64_t> moved{0};
    (void)co_await net::pump(*stream, *stream, moved);
  }

  static Task<void> say_much(std::unique_ptr<Stream> stream, const Stream*& first) {
    EXPECT_TRUE(stream->respond({{":status", "200"}}, false));
    if (first == nullptr) first = stream.get();
    const base::Bytes block(1'000'000, 'x');
    (void)co_await net::write_all(*stream, block);
    stream->finish();
  }
  static Task<void> read_all(Stream& stream, std::size_t& count) {
    base::Bytes chunk(50'000);
    for (;;) {
      const auto got = co_await net::read_some(stream, chunk);
      if (!got || *got == 0) co_return;
      count += *got;
    }
  }

  asio::io_context io{1};
  std::shared_ptr<Connection> server;
  std::shared_ptr<Connection> client;
};

TEST_F(Connections, carry_megabytes_both_ways_at_once_and_end_with_the_last_stream) {
  start(&echo);
  base::Bytes sent(5'000'001);
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * i >> 3);
  base::Bytes received;
  auto stream = *client->request(kRequest);
  run([](Stream& both, base::Bytes bytes, base::Bytes& all) -> Task<void> {
    asio::co_spawn(
        both.executor(),
        [](Stream& to, base::Bytes mine) -> Task<void> {
          EXPECT_TRUE(co_await net::write_all(to, mine));
          to.finish();
        }(both, std::move(bytes)),
        asio::detached);
    EXPECT_TRUE(co_await both.wait_headers());
    EXPECT_EQ(find(both.headers(), ":status"), "200");
    base::Bytes chunk(50'000);
    for (;;) {
      const auto got = co_await net::read_some(both, chunk);
      if (!got || *got == 0) co_return;
      base::append(all, base::ByteView(chunk).first(*got));
    }
  }(*stream, sent, received));
  EXPECT_TRUE(received == sent);
  stream.reset();
  run_until([this] { return !client->alive() && !server->alive(); });
}

TEST_F(Connections, tell_readers_and_writers_that_the_far_end_is_gone) {
  std::unique_ptr<Stream> held;
  start([&held](std::unique_ptr<Stream> stream) -> Task<void> {
    held = std::move(stream);
    co_return;
  });
  auto stream = *client->request(kRequest);
  run_until([&held] { return held != nullptr; });
  stream.reset();  // a client whose only stream is dropped resets it and closes
  run([](Stream& from) -> Task<void> {
    base::Bytes chunk(10);
    const auto got = co_await net::read_some(from, chunk);
    EXPECT_FALSE(got);
    const auto put = from.try_write(chunk);
    EXPECT_FALSE(put);
  }(*held));
  held.reset();
  run_until([this] { return !server->alive(); });
}

TEST_F(Connections, end_when_no_stream_is_open_for_long) {
  Limits limits;
  limits.idle = std::chrono::milliseconds(0);
  start(&echo, limits);
  run_until([this] { return !client->alive() && !server->alive(); });
}

TEST_F(Connections, end_when_nothing_is_taken_of_what_is_to_be_sent) {
  Limits limits;
  limits.idle = limits.progress = std::chrono::milliseconds(50);
  std::unique_ptr<Stream> held;
  start(
      [&held](std::unique_ptr<Stream> stream) -> Task<void> {
        EXPECT_TRUE(stream->respond({{":status", "200"}}, false));
        // More than the client's window, and the client does not read.
        const base::Bytes block(100'000, 7);
        for (int i = 0; i < 100; ++i) (void)stream->try_write(block);
        held = std::move(stream);
        co_return;
      },
      limits);
  auto stream = *client->request(kRequest);
  const base::Bytes more(100'000, 7);
  run_until([&] {
    if (held && server->alive()) (void)held->try_write(more);
    return !server->alive();
  });
  held.reset();
  stream.reset();
  run_until([this] { return !client->alive(); });
}

// A visitor who parks a download must not stop the others of its connection.
TEST_F(Connections, let_a_stream_go_on_beside_one_that_nobody_reads) {
  const Stream* first = nullptr;
  auto little = Limits::browser();
  little.stream_window = 65'535;
  start([&first](std::unique_ptr<Stream> stream) { return say_much(std::move(stream), first); }, {}, little);
  const auto parked = *client->request(kRequest);
  run_until([&first] { return first != nullptr && first->write_room() == 0; });
  const auto read = *client->request(kRequest);
  std::size_t count = 0;
  run(read_all(*read, count));
  EXPECT_EQ(count, 1'000'000U);
  EXPECT_EQ(first->write_room(), 0U);
  client->close();
  server->close();
}

TEST_F(Connections, do_not_end_while_a_stream_is_open) {
  Limits limits;
  limits.idle = std::chrono::milliseconds(20);
  std::unique_ptr<Stream> held;
  start(
      [&held](std::unique_ptr<Stream> stream) -> Task<void> {
        held = std::move(stream);
        co_return;
      },
      limits);
  auto stream = *client->request(kRequest);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  while (std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(server->alive());
  held.reset();
  stream.reset();
  run_until([this] { return !client->alive() && !server->alive(); });
}

}  // namespace
}  // namespace qnet::h2
