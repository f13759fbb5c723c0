// An observer sees how long TLS's records are. That must say nothing of how fast the line below takes them,
// with a link over a WebSocket and over HTTP/2, in both directions.
#include <gmock/gmock.h>

#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"
#include "protocol/h2/stream.hpp"
#include "protocol/openssl_tls/stream.hpp"
#include "protocol/tls/stream.hpp"
#include "protocol/websocket/stream.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/link/testing/test_user.hpp"
#include "transport/site/testing/certificate_files.hpp"
#include "transport/site/testing/measured_line.hpp"

namespace qnet::site {
namespace {

using net::Task;
using ::testing::ElementsAre;
using testing::Line;
using testing::MeasuredLine;
using ::testing::Pair;

constexpr std::size_t kFullRecord = 16384 + 1 + 16;
constexpr auto kLargest = htx::RecordLimits::header + htx::RecordLimits::body;

// As fast as it likes; a slow one's, with room for a record and a little at a time
// (net::UnsentLimits::record); one whose room varies; one that takes only parts of what it is given.
const std::vector<Line> kLines{
    {"fast", {}, {}},
    {"slow", {16'645}, {}},
    {"varying", {16'645, 40'000, 20'000, 131'072, 70'001, 17'000}, {}},
    {"taking parts", {30'000, 16'645, 90'000}, {10'000, 3, 40'000, 16'384, 1}},
};

crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.data(), fill);
  return secret;
}

/// How many records there were of each length.
using Sizes = std::map<std::size_t, std::size_t>;

class LineSpeed : public ::testing::Test {
 protected:
  struct Ends {
    std::unique_ptr<net::ByteStream> client;
    std::unique_ptr<net::ByteStream> server;
    MeasuredLine* from_client = nullptr;
    MeasuredLine* from_server = nullptr;
  };

  /// Both ends of a TLS connection over such lines.
  Ends connect(const Line& line) {
    auto pair = net::testing::tcp_pair(io_);
    auto near = std::make_unique<MeasuredLine>(std::move(pair.near), line);
    auto far = std::make_unique<MeasuredLine>(std::move(pair.far), line);
    Ends ends;
    ends.from_client = near.get();
    ends.from_server = far.get();
    auto client = std::make_unique<tls::Stream>(
        std::move(near),
        tls::Client::Config{&client_hello::builtin_templates().front(), testing::CertificateFiles::name,
                            &trust_, std::chrono::system_clock::now()},
        random_);
    auto server = std::make_unique<openssl_tls::Stream>(
        std::move(far), *openssl_tls::server_context(certificate_.files, testing::CertificateFiles::name));
    EXPECT_TRUE(net::testing::runs_to_end(io_, [&]() -> Task<void> {
      boost::asio::co_spawn(
          io_,
          [](openssl_tls::Stream& stream) -> Task<void> {
            EXPECT_TRUE(co_await stream.handshake());
          }(*server),
          boost::asio::detached);
      EXPECT_TRUE(co_await client->handshake());
    }));
    // Reads Finished, and sends tickets.
    EXPECT_TRUE(net::testing::runs_to_end(
        io_, [&]() -> Task<void> { EXPECT_TRUE(co_await client->wait_readable()); }));
    ends.client = std::move(client);
    ends.server = std::move(server);
    return ends;
  }

  Ends open_websocket(const Line& line) {
    auto ends = connect(line);
    using websocket::Role;
    ends.client =
        std::make_unique<websocket::Stream>(std::move(ends.client), Role::client, random_, base::ByteView());
    ends.server =
        std::make_unique<websocket::Stream>(std::move(ends.server), Role::server, random_, base::ByteView());
    return ends;
  }

  /// One exchange, of which both bodies stay open.
  Ends open_http2(const Line& line) {
    auto ends = connect(line);
    std::unique_ptr<h2::Stream> served;
    const h2::Headers request{{":method", "POST"}, {":authority", "a"}, {":scheme", "https"}, {":path", "/"}};
    const auto server = h2::Connection::start(std::move(ends.server), h2::Role::server, h2::Limits(),
                                              [&served](std::unique_ptr<h2::Stream> stream) -> Task<void> {
                                                EXPECT_TRUE(stream->respond({{":status", "200"}}, false));
                                                stream->widen();
                                                served = std::move(stream);
                                                co_return;
                                              });
    const auto client =
        h2::Connection::start(std::move(ends.client), h2::Role::client, h2::Limits::browser());
    auto asked = *client->request(request);
    EXPECT_TRUE(
        net::testing::runs_to_end(io_, [&]() -> Task<void> { EXPECT_TRUE(co_await asked->wait_headers()); }));
    while (io_.poll() > 0) {
    }
    ends.client = std::move(asked);
    ends.server = std::move(served);
    return ends;
  }

  /// All records behind the first that a link's end sends that always has more to send, up to `records` full
  /// ones.
  Sizes sizes_of(std::unique_ptr<net::ByteStream> from, std::unique_ptr<net::ByteStream> to,
                 MeasuredLine& line, std::size_t whole_record, std::size_t records) {
    htx::RecordLinkConfig config{noise::CipherState(key(1)), noise::CipherState(key(2))};
    config.whole_record = whole_record;
    htx::RecordLink link(std::move(from), std::move(config), random_);
    user_.waiting.assign(records * link.facts().record_data, 'x');
    line.forget();
    bool sent = false;
    std::size_t received = 0;
    boost::asio::co_spawn(io_, send_all(link, sent), boost::asio::detached);
    boost::asio::co_spawn(io_, read_all(*to, received), boost::asio::detached);
    const auto all = records * (link.facts().record_data + htx::RecordLimits::overhead);
    // Over HTTP/2 a record may be cut, which nobody sees below.
    EXPECT_TRUE(net::testing::comes_true(io_, [&] { return sent && received >= all; }))
        << received << " of " << all;
    auto sizes = line.record_sizes();
    to->reset();
    link.close();
    (void)net::testing::comes_true(io_, [&] { return ended_ == 2; });
    ended_ = 0;
    return sizes;
  }

  Task<void> send_all(htx::RecordLink& link, bool& sent) {
    for (;;) {
      const auto progress = link.send(user_);
      if (!progress) break;
      if (*progress == link::Progress::nothing) break;
      if (*progress == link::Progress::blocked && !co_await link.wait_writable()) break;
    }
    sent = true;
    ++ended_;
  }
  Task<void> read_all(net::ByteStream& to, std::size_t& received) {
    base::Bytes chunk(65'536);
    for (;;) {
      const auto got = co_await net::read_some(to, chunk);
      if (!got || *got == 0) break;
      received += *got;
    }
    ++ended_;
  }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{1};
  testing::CertificateFiles certificate_;
  crypto::TrustStore trust_ = *crypto::TrustStore::from_file(certificate_.files.certificate);
  link::testing::TestUser user_;
  int ended_ = 0;
};

TEST_F(LineSpeed, does_not_show_in_the_records_of_a_websocket_to_a_client) {
  for (const auto& line : kLines) {
    auto ends = open_websocket(line);
    EXPECT_THAT(sizes_of(std::move(ends.server), std::move(ends.client), *ends.from_server,
                         websocket::longest_payload(websocket::Role::server), 100),
                ElementsAre(Pair(kFullRecord, 100)))
        << line.name;
  }
}

TEST_F(LineSpeed, does_not_show_in_the_records_of_a_websocket_from_a_client) {
  for (const auto& line : kLines) {
    auto ends = open_websocket(line);
    EXPECT_THAT(sizes_of(std::move(ends.client), std::move(ends.server), *ends.from_client,
                         websocket::longest_payload(websocket::Role::client), 100),
                ElementsAre(Pair(kFullRecord, 100)))
        << line.name;
  }
}

TEST_F(LineSpeed, does_not_show_in_the_room_that_tls_says) {
  for (const auto& line : kLines) {
    auto ends = connect(line);
    ends.from_client->forget();
    ends.from_server->forget();
    if (line.rooms.empty()) continue;
    EXPECT_EQ(ends.client->write_room(), std::max<std::size_t>(line.rooms[0] / 16'406, 1) * 16'384)
        << line.name;
    EXPECT_EQ(ends.server->write_room(), ends.client->write_room()) << line.name;
  }
}

// The last frame's end is short, and an answer of HTTP/2's own may be.
void expect_full(const Sizes& sizes, const std::string& line) {
  std::size_t others = 0;
  for (const auto& [size, count] : sizes)
    if (size != kFullRecord) others += count;
  EXPECT_GE(sizes.at(kFullRecord), 99U) << line;
  EXPECT_LE(others, 1U) << line << ": " << ::testing::PrintToString(sizes);
}

TEST_F(LineSpeed, does_not_show_in_the_records_of_http2_to_a_client) {
  for (const auto& line : kLines) {
    auto ends = open_http2(line);
    expect_full(sizes_of(std::move(ends.server), std::move(ends.client), *ends.from_server, kLargest, 100),
                line.name);
  }
}

TEST_F(LineSpeed, does_not_show_in_the_records_of_http2_from_a_client) {
  for (const auto& line : kLines) {
    auto ends = open_http2(line);
    expect_full(sizes_of(std::move(ends.client), std::move(ends.server), *ends.from_client, kLargest, 100),
                line.name);
  }
}

}  // namespace
}  // namespace qnet::site
