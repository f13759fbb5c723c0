#include "control/client.hpp"

#include <gmock/gmock.h>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "control/server.hpp"
#include "control/testing/sample_status.hpp"
#include "foundation/net/testing/loopback.hpp"

namespace qnet::control {
namespace {

using boost::asio::ip::make_address;
using tcp = boost::asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const tcp::endpoint kAnyPort{make_address("127.0.0.1"), 0};

TEST(Client, fetches_from_a_running_server) {
  net::testing::IoThread thread;
  auto server = thread.run([&] { return Server::start(thread.io(), kAnyPort, testing::client_status); });
  ASSERT_TRUE(server);
  const auto fetched = fetch("127.0.0.1", server->address().port(), "/status.txt");
  ASSERT_TRUE(fetched) << fetched.error().message();
  EXPECT_EQ(fetched->status, 200U);
  EXPECT_THAT(fetched->body, StartsWith("QNet 0.1.0"));
  thread.run([&] { server->stop(); });
  thread.join();
}

TEST(Client, posts_with_the_secret) {
  net::testing::IoThread thread;
  std::size_t hops = 0;
  Controls controls;
  controls.token = "secret";
  controls.set_hops = [&](std::size_t wanted) -> base::Result<void> {
    hops = wanted;
    return {};
  };
  auto server =
      thread.run([&] { return Server::start(thread.io(), kAnyPort, testing::client_status, controls); });
  ASSERT_TRUE(server);
  const auto port = server->address().port();
  const auto refused = post("127.0.0.1", port, "/mode", mode_json(2), "wrong");
  ASSERT_TRUE(refused) << refused.error().message();
  EXPECT_EQ(refused->status, 401U);
  const auto done = post("127.0.0.1", port, "/mode", mode_json(2), "secret");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->status, 200U);
  thread.run([&] { server->stop(); });
  thread.join();
  EXPECT_EQ(hops, 2U);
}

TEST(Client, says_how_to_start_a_qnet_when_none_runs) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, kAnyPort);
  const auto port = acceptor.local_endpoint().port();
  acceptor.close();
  const auto fetched = fetch("127.0.0.1", port, "/status");
  ASSERT_FALSE(fetched);
  EXPECT_TRUE(fetched.error().is(Errc::nothing_listens));
  EXPECT_THAT(fetched.error().message(), HasSubstr("port " + std::to_string(port)));
  EXPECT_THAT(fetched.error().message(), HasSubstr("qnet run"));
}

TEST(Client, gives_up_on_a_listener_that_says_nothing) {
  boost::asio::io_context io;
  const tcp::acceptor silent(io, kAnyPort);
  const auto fetched =
      fetch("127.0.0.1", silent.local_endpoint().port(), "/status", std::chrono::milliseconds(100));
  ASSERT_FALSE(fetched);
  EXPECT_TRUE(fetched.error().is(Errc::no_answer));
}

// Answers one connection with `answer`, whatever it asks, and gives what the client made of it.
base::Result<Fetched> fetch_from(std::string_view answer) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, kAnyPort);
  const auto port = acceptor.local_endpoint().port();
  std::thread other([&] {
    auto socket = acceptor.accept();
    std::string request;
    boost::system::error_code ignored;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n", ignored);
    boost::asio::write(socket, boost::asio::buffer(answer), ignored);
  });
  auto fetched = fetch("127.0.0.1", port, "/status");
  other.join();
  return fetched;
}

TEST(Client, refuses_what_is_no_http) {
  const auto fetched = fetch_from("SSH-2.0-OpenSSH_9.2\r\n");
  ASSERT_FALSE(fetched);
  EXPECT_TRUE(fetched.error().is(Errc::bad_answer));
}

TEST(Client, refuses_an_answer_cut_short) {
  EXPECT_FALSE(fetch_from("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"));
}

TEST(Client, refuses_an_endless_answer) {
  EXPECT_FALSE(fetch_from("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"));
}

TEST(Client, takes_only_an_ip_address) { EXPECT_FALSE(fetch("localhost", 1, "/status")); }

}  // namespace
}  // namespace qnet::control
