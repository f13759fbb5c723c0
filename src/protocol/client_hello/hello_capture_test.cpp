#include "protocol/client_hello/hello_capture.hpp"

#include <gmock/gmock.h>

#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"

namespace qnet::client_hello {
namespace {

namespace asio = boost::asio;
using net::Task;
using net::testing::runs_to_end;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Capture : public ::testing::Test {
 protected:
  void listen(std::size_t count) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    at = acceptor.local_endpoint();
    capture = std::make_shared<HelloCapture>(std::move(acceptor), count,
                                             [this](std::size_t taken) { progress.push_back(taken); });
  }

  base::Bytes hello() {
    const auto pair = crypto::X25519KeyPair::generate(random);
    const auto kem = crypto::MlKemKeyPair::generate(random);
    const HelloInputs inputs{"www.example.com", pair.public_key, pair.public_key, &kem.public_key};
    return build_client_hello(builtin_templates().front(), inputs, random).record;
  }

  std::unique_ptr<net::TcpStream> dial() {
    net::tcp::socket socket(io);
    socket.connect(at);
    return std::make_unique<net::TcpStream>(std::move(socket));
  }

  /// Each on a connection of its own, one after the other, in pieces of `piece`; up to the listener's end.
  Task<void> visit(std::vector<base::Bytes> openings, std::size_t piece) {
    for (const auto& opening : openings) {
      const auto stream = dial();
      base::ByteView left(opening);
      while (!left.empty()) {
        const auto now = left.first(std::min(piece, left.size()));
        left = left.subspan(now.size());
        EXPECT_TRUE(co_await net::write_all(*stream, now));
      }
      std::array<std::uint8_t, 1> nothing{};
      EXPECT_FALSE((co_await net::read_some(*stream, nothing)).value_or(0)) << "it answers nothing";
    }
  }

  asio::io_context io{1};
  base::testing::SeededRandom random{6};
  net::tcp::endpoint at;
  std::shared_ptr<HelloCapture> capture;
  std::vector<std::size_t> progress;
};

TEST_F(Capture, takes_as_many_hellos_as_wanted_and_ends) {
  listen(2);
  const std::vector<base::Bytes> sent{hello(), hello()};
  asio::co_spawn(io, visit(sent, 100'000), asio::detached);
  ASSERT_TRUE(runs_to_end(io, [this] { return capture->run(); }));
  EXPECT_EQ(capture->hellos(), sent);
  EXPECT_THAT(progress, ElementsAre(1, 2));
}

TEST_F(Capture, puts_a_hello_together_that_comes_in_pieces) {
  listen(1);
  const std::vector<base::Bytes> sent{hello()};
  asio::co_spawn(io, visit(sent, 100), asio::detached);
  ASSERT_TRUE(runs_to_end(io, [this] { return capture->run(); }));
  EXPECT_EQ(capture->hellos(), sent);
}

TEST_F(Capture, passes_over_what_is_no_hello) {
  listen(1);
  const std::string_view http = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
  const auto real = hello();
  const std::vector<base::Bytes> sent{base::Bytes(http.begin(), http.end()), real};
  asio::co_spawn(io, visit(sent, 100'000), asio::detached);
  ASSERT_TRUE(runs_to_end(io, [this] { return capture->run(); }));
  EXPECT_THAT(capture->hellos(), ElementsAre(real));
}

TEST_F(Capture, passes_over_a_connection_on_which_nothing_is_said) {
  listen(1);
  const auto silent = dial();
  const std::vector<base::Bytes> sent{hello()};
  asio::co_spawn(io, visit(sent, 100'000), asio::detached);
  ASSERT_TRUE(runs_to_end(io, [this] { return capture->run(); }));
  EXPECT_EQ(capture->hellos(), sent);
}

TEST_F(Capture, ends_when_it_is_stopped) {
  listen(1);
  asio::post(io, [this] { capture->stop(); });
  ASSERT_TRUE(runs_to_end(io, [this] { return capture->run(); }));
  EXPECT_THAT(capture->hellos(), IsEmpty());
}

}  // namespace
}  // namespace qnet::client_hello
