// A proxy on loopback with a far end that the test makes.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "edge/proxy/server.hpp"
#include "foundation/net/signal.hpp"
#include "foundation/net/testing/loopback.hpp"
#include "foundation/net/testing/tcp_pair.hpp"

namespace qnet::proxy::testing {

using net::Task;
using net::testing::Client;
using peer::ConnectStatus;
using std::chrono::milliseconds;

inline std::string bytes(std::string_view hex) {
  const auto decoded = base::from_hex(hex).value();
  return std::string(base::text_of(decoded));
}

// RFC 1928: no authentication, CONNECT example.com:443.
inline const std::string kSocks = bytes(
    "0501000501000"
    "30b6578616d706c652e636f6d01bb");
inline const std::string kSocksGranted = bytes("050005000001000000000000");
inline const std::string kHttp = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n";
inline const std::string kHttpGranted = "HTTP/1.1 200 Connection established\r\n\r\n";

class ProxyServer : public ::testing::Test {
 protected:
  /// By a port; by a name in the file system where one is given.
  void start(std::optional<Credentials> credentials = {}, const ServerLimits& limits = {},
             const std::filesystem::path& name = {}) {
    thread.run([&] {
      Entrances entrances;
      if (name.empty()) {
        entrances.port.emplace(thread.io(), net::tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0});
        address = entrances.port->local_endpoint();
      } else {
        auto listener = net::LocalListener::open(thread.io(), name);
        ASSERT_TRUE(listener) << listener.error().message();
        entrances.name.emplace(std::move(*listener));
      }
      server = std::make_shared<Server>(
          thread.io(), std::move(entrances), std::move(credentials),
          [this](Request request) -> Task<Connected> {
            const auto& destination = request.destination;
            asked.push_back(destination.to_text());
            if (says_nothing) co_await wait_for_ever();
            Connected connected;
            connected.status = status;
            if (status == ConnectStatus::ok) {
              auto pair = net::testing::tcp_pair(thread.io());
              connected.stream = std::move(pair.near);
              far.push_back(std::move(pair.far));
              if (echoes)
                boost::asio::co_spawn(
                    thread.io(),
                    [](net::ByteStream& echo) -> Task<void> {
                      std::atomic<std::uint64_t> moved{0};
                      (void)co_await net::pump(echo, echo, moved);
                    }(*far.back()),
                    boost::asio::detached);
            }
            co_return connected;
          },
          limits);
      server->start();
    });
  }
  ~ProxyServer() override {
    // join() hangs if a coroutine were left behind.
    thread.run([this] {
      server->stop();
      for (const auto& stream : far) stream->reset();
    });
    thread.join();
    EXPECT_EQ(server->open(), 0U);
  }
  /// What a program is answered that sends `text`, to the end of the connection.
  std::string answer(std::string_view text) {
    Client program(address);
    EXPECT_TRUE(program.send(text));
    return program.read_to_end();
  }
  bool comes_to(std::size_t open) {
    for (int i = 0; i < 4000; ++i) {
      if (thread.run([this] { return server->open(); }) == open) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
  /// Until it is cancelled.
  Task<void> wait_for_ever() {
    ++waiting;
    const std::unique_ptr<int, void (*)(int*)> counted(&waiting, [](int* count) { --*count; });
    net::Signal never(thread.io().get_executor());
    for (;;) co_await never.wait();
  }
  bool waits(int count) {
    for (int i = 0; i < 4000; ++i) {
      if (thread.run([this] { return waiting; }) == count) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
  std::vector<std::string> destinations() {
    return thread.run([this] { return asked; });
  }

  net::testing::IoThread thread;
  net::tcp::endpoint address;
  std::shared_ptr<Server> server;
  // Of the thread.
  ConnectStatus status = ConnectStatus::ok;
  bool says_nothing = false;  ///< about what it is asked for
  bool echoes = true;
  int waiting = 0;
  std::vector<std::string> asked;
  std::vector<std::unique_ptr<net::TcpStream>> far;
};

}  // namespace qnet::proxy::testing
